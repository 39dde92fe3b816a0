//! Restricts a stranger's program, as far as the system can.
//!
//! On Linux, bubblewrap gives a program a file system, a network and process numbers of its own, and prlimit limits what it
//! may use. There are two layers: the outer one has a network of its own, in which only loopback exists, and holds our
//! own process that checks the server. The inner one holds the student's program, and hides ours from it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};
use course::lessons::root;
use serde::{Deserialize, Serialize};
use workbook::launch::Launch;

use crate::place::Place;

/// The first of the user ids that jobs get if this program runs as root. No account has them.
const FIRST_USER: usize = 60_000;

/// The limits that differ between builds and servers.
struct Limits {
    /// How many processes and threads there may be.
    processes: u32,
    /// How much memory each process may have for itself, in bytes.
    memory: u64,
}

const BUILD: Limits = Limits {
    processes: 1_024,
    memory: 4 << 30,
};

const SERVER: Limits = Limits {
    processes: 64,
    memory: 1 << 30,
};

/// How large a file may become, in bytes.
const FILE: u64 = 512 << 20;

/// Parts of the system that programs need. They can be read, and not changed.
const SYSTEM: [&str; 6] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"];

/// The parts of `/etc` that a compiler, a linker or a server reads.
const SETTINGS: [&str; 6] = [
    "/etc/alternatives",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/ssl",
];

/// How much bubblewrap can do.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
enum Layers {
    /// Nothing: it's missing, or the system doesn't let it.
    #[default]
    Neither,
    /// It can hide files and processes.
    Inner,
    /// It can also do so within a network that only has loopback.
    Both,
}

/// The restrictions that work on this system.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Confinement {
    layers: Layers,
    /// prlimit works.
    limits: bool,
    /// This program runs as root, so students' programs get another user.
    is_root: bool,
    /// The folder of the compiler.
    sysroot: PathBuf,
    /// The folder in which cargo keeps what it has downloaded.
    cargo_home: PathBuf,
}

impl Confinement {
    /// Tries what works here.
    pub fn find() -> Result<Self> {
        let rustc = workbook::programs::outside_of_cargo(Command::new("rustc"))
            .args(["--print", "sysroot"])
            .output()
            .context("cannot run rustc")?;
        let sysroot = String::from_utf8_lossy(&rustc.stdout);
        let home = env::home_dir().unwrap_or_default();
        let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let mut found = Self {
            sysroot: PathBuf::from(sysroot.trim()),
            cargo_home: cargo_home.unwrap_or_else(|| home.join(".cargo")),
            ..Self::default()
        };
        if !cfg!(target_os = "linux") {
            return Ok(found);
        }
        found.is_root = output("id", &["-u"]).is_some_and(|id| id.trim() == "0");
        found.limits = output("prlimit", &["--core=0", "true"]).is_some();
        let folder = tempfile::tempdir()?;
        let place = Place::new(folder.path(), 0);
        place.clear()?;
        let program = Path::new("/usr/bin/true");
        for layers in [Layers::Both, Layers::Inner, Layers::Neither] {
            found.layers = layers;
            if found.works(&place, program) {
                break;
            }
        }
        Ok(found)
    }

    /// Whether a program starts in both layers.
    fn works(&self, place: &Place, program: &Path) -> bool {
        let inner = self
            .running(place, &place.copies(), program)
            .command(program);
        let outer = self.worker(place).map(|launch| {
            let mut outer = launch.command(inner.get_program());
            outer.args(inner.get_args());
            outer
        });
        outer.is_ok_and(|mut outer| {
            outer.stderr(Stdio::null()).stdout(Stdio::null());
            outer.status().is_ok_and(|status| status.success())
        })
    }

    /// Describes each thing that isn't restricted here, with a way to change that.
    pub fn not_restricted(&self) -> Vec<String> {
        let mut words = Vec::new();
        let remedy = if cfg!(target_os = "linux") {
            "on Debian and Ubuntu: apt install bubblewrap"
        } else {
            "this needs Linux; on Windows, WSL works"
        };
        if self.layers == Layers::Neither {
            words.push(format!(
                "students' programs can read and write everything that you can ({remedy})"
            ));
        }
        if self.layers != Layers::Both {
            words.push(format!(
                "students' programs can use your network ({remedy}, and allow user namespaces within others)"
            ));
        }
        if !self.limits {
            words.push(
                "students' programs can use all memory, and start any number of processes (prlimit is missing)"
                    .to_owned(),
            );
        } else if self.layers == Layers::Neither || self.is_root && self.layers != Layers::Both {
            words.push(format!(
                "students' programs can start any number of processes ({remedy})"
            ));
        }
        words
    }

    /// The user that a job gets, if this program runs as root.
    pub fn user(&self, place: &Place) -> Option<u32> {
        let user = u32::try_from(FIRST_USER + place.job).ok()?;
        (self.is_root && self.layers == Layers::Both).then_some(user)
    }

    /// The outer layer: our own process. It reads the workbook and the downloads, and writes to its place.
    pub fn worker(&self, place: &Place) -> Result<Launch> {
        let mut launch = Launch::default();
        if self.layers != Layers::Both {
            return Ok(launch);
        }
        let program = env::current_exe().context("cannot find this program's file")?;
        let mut sandbox = Sandbox::new();
        sandbox.add(&["--unshare-net", "--new-session"]);
        sandbox.show_system();
        // A new one would hide parts from root, and then the kernel doesn't let the inner layer have its own.
        sandbox.show("--bind", Path::new("/proc"));
        sandbox.show("--ro-bind", root());
        sandbox.show("--ro-bind-try", &program);
        self.show_compiler(&mut sandbox);
        sandbox.show("--bind", &place.folder);
        if let Some(user) = self.user(place) {
            let user = user.to_string();
            sandbox.run(&[
                "setpriv",
                "--reuid",
                &user,
                "--regid",
                &user,
                "--clear-groups",
                "--no-new-privs",
            ]);
        } else {
            sandbox.run(&[]);
        }
        launch.wrapper = sandbox.words.into_iter().map(Into::into).collect();
        Ok(launch)
    }

    /// The inner layer for a build: the compiler, the downloads, and the place.
    pub fn building(&self, place: &Place) -> Launch {
        self.inner(place, &BUILD, |sandbox| {
            self.show_compiler(sandbox);
            sandbox.show("--bind", &place.folder);
        })
    }

    /// The inner layer for a server: its program, its copy and a folder for temporary files.
    pub fn running(&self, place: &Place, copy: &Path, program: &Path) -> Launch {
        self.inner(place, &SERVER, |sandbox| {
            sandbox.show("--bind", copy);
            sandbox.show("--bind", &place.temporary());
            if program.starts_with(&place.folder) {
                sandbox.show("--ro-bind", program);
            }
        })
    }

    fn inner(&self, place: &Place, limits: &Limits, show: impl FnOnce(&mut Sandbox)) -> Launch {
        let mut words = Vec::new();
        if self.layers != Layers::Neither {
            let mut sandbox = Sandbox::new();
            sandbox.add(&[
                "--unshare-user",
                "--unshare-pid",
                "--unshare-ipc",
                "--unshare-uts",
            ]);
            // Without a session of its own it would have the terminal. But it also has to stay in the process group that is
            // ended with it, so the outer layer has that session.
            if self.layers == Layers::Inner {
                sandbox.add(&["--new-session"]);
            }
            sandbox.show_system();
            sandbox.add(&["--proc", "/proc"]);
            show(&mut sandbox);
            sandbox.run(&[]);
            words = sandbox.words;
        }
        if self.limits {
            words.push("prlimit".to_owned());
            words.extend([
                "--core=0".to_owned(),
                format!("--data={}", limits.memory),
                format!("--fsize={FILE}"),
            ]);
            // Without the sandbox, it would count all processes of the person who runs this.
            if self.layers != Layers::Neither {
                words.push(format!("--nproc={}", limits.processes));
            }
        }
        Launch {
            wrapper: words.into_iter().map(Into::into).collect(),
            environment: Some(self.environment(place)),
        }
    }

    fn show_compiler(&self, sandbox: &mut Sandbox) {
        sandbox.show("--ro-bind", &self.sysroot);
        sandbox.show("--ro-bind-try", &self.cargo_home.join("registry"));
    }

    /// The only variables that a student's program sees.
    fn environment(&self, place: &Place) -> Vec<(std::ffi::OsString, std::ffi::OsString)> {
        // Windows needs some of these to start a program, and the compiler is found through the others.
        let inherited = [
            "PATH",
            "SYSTEMROOT",
            "SYSTEMDRIVE",
            "USERPROFILE",
            "COMSPEC",
            "RUSTUP_HOME",
        ];
        let inherited = inherited
            .iter()
            .filter_map(|name| Some(((*name).into(), env::var_os(name)?)));
        let mut environment: Vec<_> = inherited.collect();
        let bin = self.sysroot.join("bin");
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([bin].into_iter().chain(env::split_paths(&path)));
        environment.extend(path.ok().map(|path| ("PATH".into(), path)));
        environment.extend([
            ("HOME".into(), place.temporary().into()),
            ("TMPDIR".into(), place.temporary().into()),
            ("TEMP".into(), place.temporary().into()),
            ("TMP".into(), place.temporary().into()),
            ("CARGO_HOME".into(), self.cargo_home.clone().into()),
            ("CARGO_INCREMENTAL".into(), "0".into()),
            ("CARGO_TERM_COLOR".into(), "never".into()),
            ("NO_COLOR".into(), "1".into()),
        ]);
        environment
    }
}

/// The command line of bubblewrap.
struct Sandbox {
    words: Vec<String>,
}

impl Sandbox {
    fn new() -> Self {
        let mut sandbox = Self { words: Vec::new() };
        sandbox.add(&["bwrap", "--die-with-parent"]);
        sandbox
    }

    fn add(&mut self, words: &[&str]) {
        self.words
            .extend(words.iter().map(|word| (*word).to_owned()));
    }

    /// Shows a file or a folder where it is.
    fn show(&mut self, how: &str, path: &Path) {
        // The folders above would be made, too, but only root could look into them.
        let mut above: Vec<_> = path
            .ancestors()
            .skip(1)
            .filter(|above| above.parent().is_some())
            .collect();
        above.reverse();
        for above in above {
            self.add(&["--dir", &above.display().to_string()]);
        }
        let path = path.display().to_string();
        self.add(&[how, &path, &path]);
    }

    fn show_system(&mut self) {
        for path in SYSTEM.map(Path::new) {
            match fs::read_link(path) {
                // Where `/usr` holds everything, these are links into it.
                Ok(linked) => self.add(&[
                    "--symlink",
                    &linked.display().to_string(),
                    &path.display().to_string(),
                ]),
                Err(_) => self.show("--ro-bind-try", path),
            }
        }
        for path in SETTINGS.map(Path::new) {
            self.show("--ro-bind-try", path);
        }
        self.add(&["--dev", "/dev", "--dir", "/tmp"]);
    }

    /// Ends the list of options. The program follows, after a command that starts it.
    fn run(&mut self, starter: &[&str]) {
        // Both are in memory, of which files would otherwise take as much as they like.
        self.add(&["--remount-ro", "/dev", "--remount-ro", "/", "--"]);
        self.add(starter);
    }
}

/// The output of a program, if it succeeds.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stderr(Stdio::null())
        .output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
