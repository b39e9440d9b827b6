"""What several sections do with the app: find and open it, read and compare its tabs, edit, save, reveal key and secret."""
