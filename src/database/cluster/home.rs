//! The place of the cluster: locked, created when new, tidied after a crash.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    os::unix::{fs::DirBuilderExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::{
    super::{
        account::{self, Account},
        programs::{self, Programs, number_in},
        socket,
    },
    ClusterError, Durability, LEFTOVERS, NAME, bare, io,
    place::Place,
};

/// At a start a larger log is put aside.
const LONGEST_LOG: u64 = 8 << 20;

/// A cluster that is ready to be started, and that nobody else can start meanwhile.
#[derive(Debug)]
pub(super) struct Home {
    pub cluster: PathBuf,
    pub log: PathBuf,
    pub socket: PathBuf,
    pub programs: Programs,
    account: Option<Account>,
    /// Locked until it is closed.
    _lock: File,
}

impl Home {
    /// Takes `data`, and creates the cluster inside when there is none.
    pub fn prepare(data: &Path, bindir: Option<&Path>, durability: Durability) -> Result<Home, ClusterError> {
        DirBuilder::new().recursive(true).mode(0o755).create(data).map_err(io(data))?;
        let data = fs::canonicalize(data).map_err(io(data))?;
        let lock = take(&data)?;
        let Place { cluster, account } = Place::prepare(&data)?;
        let version = fs::read_to_string(cluster.join("PG_VERSION")).ok();
        let programs = programs::find(bindir, version.as_deref().and_then(number_in), account.as_ref())?;
        let socket = socket::directory(&cluster, account.as_ref())?;
        let home = Home { log: data.join("postgres.log"), cluster, socket, programs, account, _lock: lock };
        if version.is_none() {
            home.create(&home.cluster.with_extension("new"), durability)?;
        }
        home.put_long_log_aside()?;
        tidy(&home.cluster, &home.socket)?;
        Ok(home)
    }

    /// A PostgreSQL program, to be run by the right account inside the cluster.
    pub fn program(&self, name: &str) -> Command {
        self.program_in(name, &self.cluster)
    }

    fn program_in(&self, name: &str, directory: &Path) -> Command {
        let mut command = bare(self.programs.bindir.join(name));
        command.current_dir(directory);
        if let Some(account) = &self.account {
            command.gid(account.gid).uid(account.uid);
        }
        command
    }

    /// Makes a cluster beside its place and moves it there: a half-made one is never taken for a whole one.
    fn create(&self, draft: &Path, durability: Durability) -> Result<(), ClusterError> {
        tracing::info!(version = self.programs.major, cluster = %self.cluster.display(), "creating a private PostgreSQL");
        if draft.exists() {
            fs::remove_dir_all(draft).map_err(io(draft))?;
        }
        DirBuilder::new().mode(0o700).create(draft).map_err(io(draft))?;
        account::hand_over(draft, self.account.as_ref())?;
        let mut initdb = self.program_in("initdb", draft);
        initdb.args(["--username", NAME, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions", "--pgdata"]);
        initdb.arg(draft);
        if durability == Durability::Thrown {
            initdb.arg("--no-sync");
        }
        let output = initdb.output().map_err(io(&self.programs.bindir.join("initdb")))?;
        if !output.status.success() {
            return Err(ClusterError::Initdb(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        fs::rename(draft, &self.cluster).map_err(io(&self.cluster))
    }

    /// Tidies for a keeper that starts the server again: a fault is told, and the attempt made all the same.
    pub fn tidying(&self) -> impl Fn() + Send + 'static {
        let (cluster, socket) = (self.cluster.clone(), self.socket.clone());
        move || {
            if let Err(error) = tidy(&cluster, &socket) {
                tracing::warn!(%error, "what the private PostgreSQL left could not be cleared");
            }
        }
    }

    fn put_long_log_aside(&self) -> Result<(), ClusterError> {
        if fs::metadata(&self.log).is_ok_and(|log| log.len() > LONGEST_LOG) {
            fs::rename(&self.log, self.log.with_extension("log.old")).map_err(io(&self.log))?;
        }
        Ok(())
    }
}

/// Waits for what is left of a killed server, and removes what would keep a new one from starting.
fn tidy(cluster: &Path, socket: &Path) -> Result<(), ClusterError> {
    let deadline = Instant::now() + LEFTOVERS;
    while let Some(pid) = server_in(cluster) {
        if Instant::now() > deadline {
            return Err(ClusterError::StillRunning { pid, cluster: cluster.to_path_buf() });
        }
        thread::sleep(Duration::from_millis(50));
    }
    let pid_file = cluster.join("postmaster.pid");
    let pid = fs::read_to_string(&pid_file).ok().and_then(|text| number_in(text.lines().next()?));
    // PostgreSQL deals with the number of a dead process, but not with one that another program has by now.
    if pid.is_some_and(|pid| Path::new("/proc").join(pid.to_string()).exists()) {
        let sockets = socket::FILES.iter().map(|name| socket.join(name));
        sockets.chain([pid_file]).filter(|path| path.exists()).try_for_each(|path| fs::remove_file(&path).map_err(io(&path)))?;
    }
    Ok(())
}

/// Locks the data directory for this service.
fn take(data: &Path) -> Result<File, ClusterError> {
    let path = data.join("postgres.lock");
    // A lock needs no right to write: the file may belong to another account.
    let create = |_| File::options().create(true).truncate(false).write(true).open(&path);
    let file = File::open(&path).or_else(create).map_err(io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ClusterError::InUse { data: data.to_path_buf() }),
        Err(TryLockError::Error(error)) => Err(io(&path)(error)),
    }
}

/// Where the server that runs in `cluster` listens, by its own account; `None` when it is not ready.
pub(super) fn socket_in_use(cluster: &Path) -> Result<Option<PathBuf>, ClusterError> {
    let path = cluster.join("postmaster.pid");
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(io(&path))?,
    };
    // Number, directory, time, port, directory of the socket, address, memory, state.
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let ready = lines.get(7).is_some_and(|state| *state == "ready");
    Ok(lines.get(4).filter(|socket| ready && socket.starts_with('/')).map(PathBuf::from))
}

/// A PostgreSQL process that works in `cluster`.
fn server_in(cluster: &Path) -> Option<u32> {
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.find(|pid| {
        let process = Path::new("/proc").join(pid.to_string());
        let named = fs::read_to_string(process.join("comm")).is_ok_and(|name| name.trim_end() == "postgres");
        named && fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == cluster)
    })
}
