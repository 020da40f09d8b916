"""The settings of one desk: the schema of its YAML file, problems in plain words, and their domain values."""
