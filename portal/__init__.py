"""Interval: the portal for people in ketamine infusion care at home."""
