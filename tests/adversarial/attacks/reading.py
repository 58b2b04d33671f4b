# ruff: noqa: E501
"""Reads what is not theirs: the solutions, the lab, the neighbours, other processes."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.pieces import MARK, USE
from tests.adversarial.attacks.submission import hostile

attack = partial(hostile, "read")


ATTACKS = (
    attack(
        "walks_the_disk",
        USE,
        MARK,
        """
        stolen = 0
        for top in ("@REPO@/solutions", "@REPO@/autograder/labkit", "@REPO@", "@BUNDLE@", "@CLASS@",
                    "@WORK@", "/autograder", "/tmp", "/var/tmp", "/root", "/home", "/"):
            for folder, folders, files in os.walk(top):
                folders[:] = [f for f in folders if f not in ("proc", "sys", "usr", "lib")][:50]
                for name in files:
                    if name in ("activations.py", "lab.toml", "sigmoid.py", "recorded.npz"):
                        text = read(os.path.join(folder, name))
                        if text and not folder.startswith(os.getcwd()):
                            mark("read-" + name); use(text); stolen += 1
                if stolen: break
    """,
    ),
    attack(
        "known_paths",
        USE,
        MARK,
        """
        for path in ("@REPO@/solutions/neuralnet/activations.py", "@BUNDLE@/labs/lab1_forward/tests/sigmoid.py",
                     "@BUNDLE@/labs/lab1_forward/lab.toml", "@CLASS@/aaa_honest/neuralnet/activations.py",
                     "@REPO@/assignments/lab1_forward/cases/activations.py",
                     "@REPO@/assignments/lab1_forward/mistakes/activations.py",
                     "@REPO@/autograder/labkit/judging/judge.py", "/etc/passwd", "/etc/hostname"):
            for step in (path, "/proc/self/root" + path, "../../../../../../../.." + path, "/./" + path):
                text = read(step)
                if text: mark("read-" + os.path.basename(path)); use(text)
    """,
    ),
    attack(
        "links_made_inside",
        USE,
        MARK,
        """
        target = "@REPO@/solutions/neuralnet/activations.py"
        for number, make in enumerate((os.symlink, os.link, os.rename)):
            try: make(target, "mine%d.py" % number)
            except OSError: continue
            use(read("mine%d.py" % number))
        try:
            os.symlink(os.path.dirname(target), "neuralnet/stolen")
            from neuralnet.stolen import activations as them
            globals().update({k: v for k, v in vars(them).items() if callable(v)}); mark("link")
        except Exception: pass
    """,
    ),
    attack(
        "open_handles",
        USE,
        MARK,
        """
        for handle in range(256):
            for path in ("../" * n + rest for n in range(8) for rest in (
                    "solutions/neuralnet/activations.py", "main/solutions/neuralnet/activations.py",
                    "labkit/_solutions/neuralnet/activations.py", "root/.bashrc", "README.md")):
                text = read(path, dir_fd=handle)
                if text: mark("handle"); use(text)
    """,
    ),
    attack(
        "reference_by_name",
        USE,
        MARK,
        """
        import importlib, importlib.metadata, site
        sys.path[:0] = ["@REPO@/autograder", "@REPO@/solutions", "@REPO@", *site.getsitepackages(),
                        *("/proc/self/fd/%d" % n for n in range(16))]
        for name in ("labkit.lab.reference", "labkit._solutions.neuralnet.activations", "labkit.mistakes.catalogue",
                     "labkit.judging.judge", "otter", "tests.adversarial", "solutions.neuralnet.activations"):
            try: module = importlib.import_module(name); mark("import-" + name)
            except BaseException: continue
            if hasattr(module, "function"):
                for n in ("sigmoid", "tanh", "relu"): globals()[n] = module.function("activations", n)
        for name in ("neural-network-labs", "labkit", "otter-grader"):
            try:
                for file in importlib.metadata.distribution(name).files:
                    text = file.read_text()
                    if file.name.endswith(".py"): mark("metadata"); use(text)
            except Exception: pass
    """,
    ),
    attack(
        "processes",
        USE,
        MARK,
        """
        pids = [name for name in ("self", *map(str, range(1, 3000)))]
        try: pids += os.listdir("/proc")
        except OSError: pass
        for pid in (*pids, str(os.getppid())):
            for what in ("mem", "environ", "cmdline", "maps", "stack", "fd/0", "fd/3", "cwd/lab.toml", "root/etc/passwd"):
                if read("/proc/%s/%s" % (pid, what)): mark("proc-" + what.replace("/", "_"))
            try: os.listdir("/proc/%s/fd" % pid); mark("proc-list")
            except OSError: pass
    """,
    ),
    attack(
        "memory_of_others",
        MARK,
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        libc.ptrace.restype = ctypes.c_long
        buffer = ctypes.create_string_buffer(64)
        local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64)
        remote = (ctypes.c_void_p * 2)(0x400000, 64)
        for pid in (os.getppid(), *range(1, 3000)):
            for request in (16, 0x4206):
                if pid != os.getpid() and libc.ptrace(request, pid, 0, 0) >= 0: mark("ptrace")
            if pid != os.getpid() and libc.process_vm_readv(pid, local, 1, remote, 1, 0) > 0: mark("vm")
            if libc.syscall(434, pid, 0) >= 0: mark("pidfd")
    """,
    ),
    attack(
        "environment_and_arguments",
        MARK,
        USE,
        """
        import re
        words = " ".join([*os.environ.values(), *sys.argv, *sys.orig_argv, sys.executable, *sys.path,
                          *map(str, vars(sys.modules["__main__"]).values())])
        for secret in ("@SECRET@", "@BUNDLE@", "@OUT@", "@CLASS@"):
            if secret in words: mark("environment")
        for place in re.findall(r"/[\\w./-]+", words):
            for name in ("activations.py", "lab.toml", "tests/sigmoid.py"):
                if not place.startswith(os.getcwd()): use(read(place + "/" + name))
    """,
    ),
    attack(
        "neighbours",
        USE,
        MARK,
        """
        import glob
        here = os.path.dirname(os.getcwd())
        places = [os.path.join(here, "w%d" % n) for n in range(200)] + glob.glob("/tmp/labkit*/*") \\
            + glob.glob("@WORK@/*/*") + ["@CLASS@/aaa_honest", "@CLASS@/zzz_honest"]
        for place in places:
            if place != os.getcwd():
                text = read(place + "/neuralnet/activations.py")
                if text: mark("neighbour"); use(text)
                try: open(place + "/neuralnet/activations.py", "w").write("1/0"); mark("spoiled")
                except OSError: pass
        for name in ("aaa_honest", "zzz_honest"):
            for path in ("@OUT@/results/%s.json", "@OUT@/feedback/%s.html", "@CLASS@/%s.zip"):
                if read(path % name): mark("results")
                try: open(path % name, "a").write("x"); mark("spoiled")
                except OSError: pass
    """,
    ),
    attack(
        "source_of_what_is_served",
        USE,
        """
        import inspect
        from . import activations as me
        def tanh(z):
            for function in (me.sigmoid, me.relu):
                try: use(inspect.getsource(function))
                except Exception: pass
                for cell in (function.__closure__ or ()):
                    use(str(cell.cell_contents))
                for constant in function.__code__.co_consts:
                    if callable(constant):
                        channel = constant.__closure__[0].cell_contents
                        for name in ("tanh", "0"):
                            try: return channel.callback(name, (z,), {}) if callable(channel.callback) else None
                            except Exception: pass
    """,
    ),
)
