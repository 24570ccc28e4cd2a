"""Push: the Inboxes of all mailboxes held in IDLE by one process, which only says where there is something to fetch.

watcher.py     the loop: one thread, thousands of sockets
watch.py       one mailbox in it
roster.py      which mailboxes are watched, and how they are connected
waking.py      a mailbox is made due, and its visit started
turnstile.py   who may connect now
pace.py        all times and caps
crew.py        threads for what blocks: signing in, PostgreSQL, the broker

It holds no lock and writes nothing but the time of the next visit: two watchers of one mailbox wake it twice, and none
leaves it to the rounds of sync.schedule (A06).
"""
