"""Journeys through the real product in Chromium: server, worker, agent, virtual printer and carrier are real processes."""
