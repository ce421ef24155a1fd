"""Documents from the web: what a user asks for, and the pages that feeds link to."""

from service.fetching.fetcher import Fetcher

__all__ = ["Fetcher"]
