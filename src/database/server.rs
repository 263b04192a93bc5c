//! The `postgres` process: started so that it cannot outlive us, stopped so that it loses nothing.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Command, ExitStatus},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{oneshot, watch};

/// How long a fast shutdown may take before it becomes an immediate one.
const STOPPING: Duration = Duration::from_secs(60);
/// How long a value that is dropped waits for the end.
const DROPPING: Duration = Duration::from_secs(10);

/// A running `postgres`.
#[derive(Debug)]
pub(super) struct Server {
    pid: libc::pid_t,
    ended: watch::Receiver<bool>,
    stopping: Arc<AtomicBool>,
}

impl Server {
    /// Starts `command` in a process group of its own: Ctrl-C in a terminal reaches us, and we stop it.
    pub async fn spawn(mut command: Command) -> io::Result<Server> {
        command.process_group(0);
        die_with_us(&mut command);
        let (tell_pid, pid) = oneshot::channel();
        let (tell_end, ended) = watch::channel(false);
        let stopping = Arc::new(AtomicBool::new(false));
        let expected = Arc::clone(&stopping);
        // The kernel's "parent has died" means the thread that started the child: this one lives as long as the child does.
        thread::Builder::new().name("postgres".into()).spawn(move || keep(command, tell_pid, &tell_end, &expected))?;
        let pid = pid.await.map_err(io::Error::other)??;
        Ok(Server { pid, ended, stopping })
    }

    /// Whether the process has ended.
    pub fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Fast shutdown: open transactions are rolled back, everything committed is kept.
    pub async fn stop(&mut self) {
        self.signal(libc::SIGINT);
        if tokio::time::timeout(STOPPING, self.ended.wait_for(|ended| *ended)).await.is_err() {
            tracing::warn!("the private PostgreSQL is slow to stop; what it has not written it will recover at the next start");
            self.signal(libc::SIGQUIT);
            // The keeper is gone only when the process is.
            let _gone = self.ended.wait_for(|ended| *ended).await;
        }
    }

    fn signal(&self, signal: libc::c_int) {
        self.stopping.store(true, Ordering::Relaxed);
        if !self.has_ended() {
            // SAFETY: kill touches no memory; the pid is that of our child, which its keeper has not yet waited for.
            unsafe { libc::kill(self.pid, signal) };
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(libc::SIGINT);
        let deadline = Instant::now() + DROPPING;
        while !self.has_ended() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Starts the child, tells its pid, and waits for its end.
fn keep(mut command: Command, tell_pid: oneshot::Sender<io::Result<libc::pid_t>>, tell_end: &watch::Sender<bool>, expected: &AtomicBool) {
    match command.spawn() {
        Ok(mut child) => {
            let pid = libc::pid_t::try_from(child.id()).map_err(io::Error::other);
            let told = tell_pid.send(pid);
            let status = child.wait();
            tell_end.send_replace(true);
            if told.is_ok() && !expected.load(Ordering::Relaxed) {
                report(status);
            }
        }
        Err(error) => {
            // Nobody listens when the start was given up meanwhile.
            let _heard = tell_pid.send(Err(error));
        }
    }
}

fn report(status: io::Result<ExitStatus>) {
    match status {
        Ok(status) => tracing::error!(%status, "the private PostgreSQL ended by itself; see postgres.log in the data directory"),
        Err(error) => tracing::error!(%error, "the private PostgreSQL cannot be watched"),
    }
}

/// Asks the kernel to send the child a fast shutdown when we die, however we die.
#[cfg(target_os = "linux")]
fn die_with_us(command: &mut Command) {
    let us = std::process::id();
    let ask = move || {
        // SAFETY: prctl with these arguments and getppid touch no memory, and both may be called between fork and exec.
        let (asked, parent) = unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT), libc::getppid()) };
        match (asked, u32::try_from(parent)) {
            (0, Ok(parent)) if parent == us => Ok(()),
            (0, _) => Err(io::Error::from_raw_os_error(libc::ESRCH)),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: the closure allocates nothing and takes no lock; it only makes the two system calls above.
    unsafe { command.pre_exec(ask) };
}

#[cfg(not(target_os = "linux"))]
fn die_with_us(_: &mut Command) {}
