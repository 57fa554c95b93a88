"""Everything that waits: WebRTC, HTTP, sessions, replay and the command line."""
