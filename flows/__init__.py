"""The documented procedure, in the order and the words of its sections; `procedure` lists all steps."""
