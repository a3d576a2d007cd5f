"""The command line: one file a verb. Importing this imports nothing heavy; each verb is loaded when it is called."""


def main() -> None:
    """The console script `stetho`."""
    from stetho.cli.app import app
    from stetho.cli.output import never_fail_on_a_sign

    never_fail_on_a_sign()
    app(prog_name="stetho")
