"""The one place that knows everyone: settings, wiring, the web server, the worker, the command line."""
