"""A quarter of reminders with everything that runs being killed, and nothing may be lost.

    python -m tests.faults.quarter                                # as the tests run it
    python -m tests.faults.quarter --people 1000 --items 10000 --kills 120    # takes its time

A database of its own, a mail server, a chat service, four workers and two beats are started and,
at random from a seed that is printed, killed. The clock is simulated: ticks say which moment they
are for. What had to be said to whom is worked out beside the product, by brute force over the same
facts, and compared with what arrived.
"""
