"""Mail: messages that leave once.

```
messages.py    one message, its headers, its id
sending.py     the mail server: connecting, handing over one message, what its answer means
ledger.py      what was sent to whom, so that a run that was cut off is taken up where it stopped
```
"""

from district_reports.mail.ledger import Outcome, send_all
from district_reports.mail.messages import Outgoing, make_message
from district_reports.mail.sending import Mailer

__all__ = ["Mailer", "Outcome", "Outgoing", "make_message", "send_all"]
