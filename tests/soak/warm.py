"""What every process here would load or work out first, done once before they are forked.

Nothing opens SQLite: a file that is open must not cross a fork.
"""

import service.cli.backup
import service.cli.check
import service.cli.entity
import service.cli.ingest
import service.cli.kill
import service.cli.serve
import service.cli.upkeep
import service.engines.sqlite.engine
import service.web.app  # noqa: F401 - what is here is in every fork
from service.article import Article
from service.extract import extract_all, load_tagger, with_language
from soak.texts import article

_made = article(0, 1)
_tagged = with_language(Article(title=_made["title"], body=_made["body"], language="en"))
extract_all([_tagged], load_tagger("gazetteer"))
