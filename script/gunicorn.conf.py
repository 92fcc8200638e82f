"""How gunicorn serves the portal: `gunicorn --config script/gunicorn.conf.py --bind ADDRESS wsgi:app`.

The number of workers is gunicorn's own WEB_CONCURRENCY.
"""

import gunicorn

worker_class = "gthread"
threads = 4
# One import for all workers: they start quicker and share its memory.
preload_app = True
# With one shared socket, keep-alive connections pile up on one worker.
reuse_port = True
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
