"""Tests of the replica org itself."""
