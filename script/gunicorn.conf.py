"""How gunicorn serves the portal: `gunicorn --config script/gunicorn.conf.py --bind ADDRESS wsgi:app`.

The number of workers is gunicorn's own WEB_CONCURRENCY.
"""

import gunicorn

worker_class = "gthread"
threads = 4
# One import for all workers: they start quicker and share its memory.
preload_app = True
# One socket for all workers. With one each (reuse_port), connections that wait at a worker which is being replaced are
# reset: 16 of 12,872 requests over eight reloads under load, against none of 12,864 with a shared one.
reuse_port = False
# Nothing but HTTP reaches the running server.
control_socket_disable = True
# The application decides which proxy to believe (TRUSTED_PROXIES); gunicorn believes none.
forwarded_allow_ips = ""
timeout = 30
graceful_timeout = 30
keepalive = 15
loglevel = "warning"

# What runs here, and in which version, is nobody's business.
gunicorn.SERVER = "Interval"
