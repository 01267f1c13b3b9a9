"""The desk: where reviewers sign in, read drafts, comment and decide; a small web application that needs no script.

```
desk.py                     what a desk is made of; app.py: the application
rules.py                    who may use which route; a route without a rule fails at the start
context.py                  one visit: who asks, in which language, for what; pages are rendered by it
forms.py                    forms that count once, and only from the session they were made for
sessions.py, links.py       signed in until when; one-time links; oidc.py: OpenID Connect
security.py, limits.py      headers, hosts, sizes; how often
signing_in.py, serving.py   the pages of signing in; static files
pages.py, pages_*.py        the pages behind it
```

What may be decided, by which rules, is not known here: `review`.
"""
