"""Copies of an archive taken while others write, and the way back; neither is ever half done."""

from service.backup.restoring import Restored, restore
from service.backup.taking import Backup, backup

__all__ = ["Backup", "Restored", "backup", "restore"]
