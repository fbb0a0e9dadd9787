"""The torture: everything real, everything at once, and somebody who breaks it on purpose. `./dev torture`."""
