"""What the web server runs."""

import os

from bootstrap import create_app
from kernel.logs import start_logging
from kernel.settings import Settings

start_logging()
app = create_app(Settings.from_env(os.environ))
