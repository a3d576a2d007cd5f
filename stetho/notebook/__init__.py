"""What a researcher gets: one result of one recording, which shows itself in a notebook. `stetho.analyze` is its door."""
