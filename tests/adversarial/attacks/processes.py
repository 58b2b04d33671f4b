# ruff: noqa: E501
"""Processes, threads, signals, locks, limits: starts them, sends them, takes them all."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.pieces import EVERYWHERE, MARK, USE
from tests.adversarial.attacks.submission import hostile

attack = partial(hostile, "process")


ATTACKS = (
    attack(
        "double_fork",
        MARK,
        """
        import os, time
        try:
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(1); mark("daemon"); time.sleep(600)
                os._exit(0)
        except OSError: pass
    """,
    ),
    attack(
        "programs",
        MARK,
        """
        import os, subprocess
        for start in (lambda: os.system("touch @MARK@/shell; sleep 600 &"),
                      lambda: subprocess.Popen(["sleep", "600"]),
                      lambda: subprocess.run("touch @MARK@/run", shell=True),
                      lambda: os.posix_spawn("/bin/touch", ["touch", "@MARK@/spawn"], {}),
                      lambda: __import__("multiprocessing").Process(target=mark).start(),
                      lambda: os.execv("/bin/touch", ["touch", "@MARK@/exec"])):
            try: start()
            except BaseException: pass
    """,
    ),
    attack(
        "threads_go_on",
        EVERYWHERE,
        """
        import sys, threading, time
        def meddle():
            while True:
                for frame in sys._current_frames().values():
                    for value in list(frame.f_locals.values()):
                        if isinstance(value, np.ndarray) and value.flags.writeable: value[...] = 0
                time.sleep(0.001)
        def start(z, *more):
            for _ in range(3): threading.Thread(target=meddle, daemon=True).start()
            return z * 0
        everywhere(start)
    """,
    ),
    attack(
        "signals",
        """
        import ctypes, os, signal
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in (os.getppid(), -1, 0, -os.getppid(), *range(2, 4000)):
            if pid == os.getpid(): continue
            for number in (signal.SIGSTOP, signal.SIGKILL):
                try: os.kill(pid, number)
                except OSError: pass
                if pid > 1: libc.syscall(234, pid, pid, int(number)); libc.syscall(129, pid, int(number), 0)
    """,
    ),
    attack(
        "signals_of_a_pipe",
        """
        import ctypes, fcntl, os
        call = lambda *a: ctypes.CDLL(None).syscall(*map(ctypes.c_long, a))
        r, w = os.pipe()
        for high in (0, 1 << 32):
            call(157, 4 | high, 1, 0, 0, 0); call(157, 1 | high, 0, 0, 0, 0)
            for pid in (os.getppid(), -os.getppid(), *range(2, 3000)):
                if pid == os.getpid(): continue
                for owner in (8 | high, 15 | high): call(72, r, owner, pid)
                for number in (9, 19): call(72, r, 10 | high, number)
                fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
                os.write(w, b"x"); os.read(r, 1)
    """,
    ),
    attack(
        "locks_on_libraries",
        """
        import fcntl, os, struct, time
        import numpy
        held = []
        for folder, _, files in os.walk(os.path.dirname(numpy.__file__)):
            for name in files[:20]:
                try: held.append(open(os.path.join(folder, name), "rb"))
                except OSError: continue
                for take in (lambda f: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB),
                             lambda f: fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK),
                             lambda f: fcntl.fcntl(f, fcntl.F_SETLK, struct.pack("hhqqi", 0, 0, 0, 0, 0))):
                    try: take(held[-1])
                    except OSError: pass
        time.sleep(3)
    """,
    ),
    attack(
        "stopped_by_a_timer",
        EVERYWHERE,
        """
        import ctypes, time
        def stop(z, *more):
            libc = ctypes.CDLL(None)
            event = (ctypes.c_int * 16)(0, 0, 19, 0)
            timer, when = ctypes.c_void_p(), (ctypes.c_long * 4)(0, 1000000, 0, 1000000)
            for clock in (0, 1, 2): libc.timer_create(clock, event, ctypes.byref(timer)); libc.timer_settime(timer, 0, when, None)
            time.sleep(0.1)
            return z
        everywhere(stop)
    """,
    ),
    attack(
        "native_threads",
        EVERYWHERE,
        """
        import ctypes
        def start(z, *more):
            libc = ctypes.CDLL(None)
            handle, attributes = ctypes.c_ulong(), ctypes.create_string_buffer(64)
            libc.pthread_attr_init(attributes); libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(16384))
            for _ in range(20000):
                if libc.pthread_create(ctypes.byref(handle), attributes, libc.pause, None): break
            return z
        everywhere(start)
    """,
    ),
    attack(
        "takes_all_there_is",
        EVERYWHERE,
        """
        import os, tempfile
        held = []
        def take(z, *more):
            for make in (os.pipe, lambda: open(os.devnull), tempfile.TemporaryFile, lambda: bytearray(1 << 24),
                         lambda: open("/dev/shm/@TOKEN@", "ab").write(bytes(1 << 20)),
                         lambda: open("/tmp/@TOKEN@", "ab").write(bytes(1 << 20))):
                try:
                    for _ in range(3000): held.append(make())
                except (OSError, MemoryError): pass
            return z
        everywhere(take)
    """,
    ),
    attack(
        "products_without_end",
        """
        from . import activations
        def perceptron_predict(w, b, X): return 1
        def add_bias_row(X): return X
        def dense_forward(W, b, X):
            from .perceptron import perceptron_predict as served
            for kind in ("float16", "int8", "int64", "float64"):
                a = np.ones((3500, 4500), kind)
                try: served(a, a[:, :1] * 0, a.T)
                except ValueError: pass
            return X
    """,
        module="layers",
    ),
    attack(
        "limits_of_others",
        """
        import os, resource
        for pid in (os.getppid(), *range(2, 3000)):
            if pid == os.getpid(): continue
            for action in (lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, 3)),
                           lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)),
                           lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                           lambda: os.sched_setaffinity(pid, {0}),
                           lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))):
                try: action()
                except (OSError, ValueError): pass
    """,
    ),
    attack(
        "own_limits",
        """
        import resource
        for what in range(16):
            for value in ((resource.RLIM_INFINITY,) * 2, (1, 1)):
                try: resource.setrlimit(what, value)
                except (OSError, ValueError): pass
    """,
    ),
    attack(
        "stops_itself",
        EVERYWHERE,
        """
        import ctypes, os, signal
        def stop(z, *more):
            for end in (lambda: os.kill(os.getpid(), signal.SIGSTOP), lambda: signal.raise_signal(signal.SIGSTOP),
                        lambda: ctypes.CDLL(None).ptrace(0, 0, 0, 0)):
                try: end()
                except OSError: pass
            return z
        everywhere(stop)
    """,
    ),
    attack(
        "user_ids",
        USE,
        MARK,
        """
        for call in ((os.setuid, 0), (os.setgid, 0), (os.seteuid, 0), (os.setresuid, 0, 0, 0), (os.chroot, "/"),
                     (os.setgroups, [0])):
            try: call[0](*call[1:]); mark("user") if os.getuid() == 0 else None
            except OSError: pass
        use(read("@REPO@/solutions/neuralnet/activations.py"))
    """,
    ),
)
