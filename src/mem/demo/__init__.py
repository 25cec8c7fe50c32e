"""What does a whole round look like? Drives one as clients only, over HTTP, from a mechanism's `demo.yaml`."""
