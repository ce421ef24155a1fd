"""Formats in XML: feeds and agencies' wires."""
