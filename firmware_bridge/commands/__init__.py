"""The verbs that need a device; registered under the entry-point group `stetho.commands`."""
