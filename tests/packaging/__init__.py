"""What the wheel and the source package hold."""
