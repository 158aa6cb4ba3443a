"""The ground every feature stands on: storage, time, chance, access, outbox, media, refusals.

Nothing here knows what the application is for.  If a sentence about a kernel
module needs the word "report" or "coin", the code belongs in a feature.
"""

import gc
from typing import Final

# Importing everything makes some hundred thousand objects that all stay.  Python's usual 700 new
# ones between two searches for garbage made a quarter of each start such searches, all in vain.
BETWEEN_SEARCHES: Final = 50_000
gc.set_threshold(BETWEEN_SEARCHES)
