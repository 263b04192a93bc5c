//! The `postgres` process: started so that it cannot outlive us, started again when it dies, stopped so that it loses nothing.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{oneshot, watch};

/// How long a fast shutdown may take before it becomes an immediate one.
const STOPPING: Duration = Duration::from_secs(60);
/// How long a value that is dropped waits for the end.
const DROPPING: Duration = Duration::from_secs(10);
/// The pause before a dead server is started again: doubled from the first to the longest with each death.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After a life of this length a death counts as the first.
const LONG_LIFE: Duration = Duration::from_secs(60);

/// A `postgres` and the thread that keeps it.
#[derive(Debug)]
pub(super) struct Server {
    ended: watch::Receiver<bool>,
    orders: Arc<Orders>,
}

/// What the keeper is to do when its child ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Leave it at that: a server that has never answered has something to tell.
    StartOnce,
    /// Start it again.
    KeepUp,
    /// Leave it at that: we wanted it.
    Stop,
}

#[derive(Debug)]
struct Orders {
    /// With the pid of the child as long as there is one.
    state: Mutex<(Order, Option<libc::pid_t>)>,
    changed: Condvar,
}

impl Orders {
    fn state(&self) -> MutexGuard<'_, (Order, Option<libc::pid_t>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the child, unless it is not wanted any more.
    fn spawn(&self, command: &mut Command) -> io::Result<Option<Child>> {
        let mut state = self.state();
        if state.0 == Order::Stop {
            return Ok(None);
        }
        let child = command.spawn()?;
        state.1 = Some(libc::pid_t::try_from(child.id()).map_err(io::Error::other)?);
        Ok(Some(child))
    }

    /// Waits for the end of the child, and says what was wanted then.
    fn wait(&self, child: &mut Child) -> (Order, io::Result<ExitStatus>) {
        let status = child.wait();
        let mut state = self.state();
        state.1 = None;
        (state.0, status)
    }

    /// Waits, and says whether the child is still wanted.
    fn pause(&self, pause: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.state(), pause, |state| state.0 != Order::Stop);
        waited.unwrap_or_else(PoisonError::into_inner).0.0 != Order::Stop
    }

    fn stop(&self, signal: libc::c_int) {
        let mut state = self.state();
        state.0 = Order::Stop;
        if let Some(pid) = state.1 {
            // SAFETY: kill touches no memory; the pid is that of our child, whose end its keeper has not noted yet.
            unsafe { libc::kill(pid, signal) };
        }
        self.changed.notify_all();
    }
}

impl Server {
    /// Starts `command` in a process group of its own: Ctrl-C in a terminal reaches us, and we stop it. Each time before it is
    /// started again, `tidy` clears what the dead one has left.
    pub async fn spawn(mut command: Command, tidy: impl Fn() + Send + 'static) -> io::Result<Server> {
        command.process_group(0);
        die_with_us(&mut command);
        let (tell_started, started) = oneshot::channel();
        let (tell_end, ended) = watch::channel(false);
        let orders = Arc::new(Orders { state: Mutex::new((Order::StartOnce, None)), changed: Condvar::new() });
        let keeper = Keeper { command, tidy, orders: Arc::clone(&orders) };
        // The kernel's "parent has died" means the thread that started the child: this one lives as long as the child does.
        thread::Builder::new().name("postgres".into()).spawn(move || {
            keeper.run(tell_started);
            tell_end.send_replace(true);
        })?;
        let server = Server { ended, orders };
        started.await.map_err(io::Error::other)??;
        Ok(server)
    }

    /// From now on the server is started again whenever it dies.
    pub fn keep_up(&self) {
        self.orders.state().0 = Order::KeepUp;
    }

    /// Whether the process has ended and will not be started again.
    pub fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Fast shutdown: open transactions are rolled back, everything committed is kept.
    pub async fn stop(&mut self) {
        self.orders.stop(libc::SIGINT);
        if tokio::time::timeout(STOPPING, self.ended.wait_for(|ended| *ended)).await.is_err() {
            tracing::warn!("the private PostgreSQL is slow to stop; what it has not written it will recover at the next start");
            self.orders.stop(libc::SIGQUIT);
            // The keeper is gone only when the process is.
            let _gone = self.ended.wait_for(|ended| *ended).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.orders.stop(libc::SIGINT);
        let deadline = Instant::now() + DROPPING;
        while !self.has_ended() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Starts the child, waits for its end, and starts it again for as long as it is wanted.
struct Keeper<Tidy> {
    command: Command,
    tidy: Tidy,
    orders: Arc<Orders>,
}

impl<Tidy: Fn()> Keeper<Tidy> {
    fn run(mut self, tell_started: oneshot::Sender<io::Result<()>>) {
        let mut child = match self.orders.spawn(&mut self.command) {
            Ok(child) => child,
            Err(error) => {
                // Nobody listens when the start was given up meanwhile.
                let _heard = tell_started.send(Err(error));
                return;
            }
        };
        if tell_started.send(Ok(())).is_err() {
            self.orders.stop(libc::SIGINT);
        }
        let mut pause = FIRST_PAUSE;
        while let Some(running) = &mut child {
            let born = Instant::now();
            let (Order::KeepUp, status) = self.orders.wait(running) else { return };
            if born.elapsed() > LONG_LIFE {
                pause = FIRST_PAUSE;
            }
            report(status, pause);
            child = self.start_again(&mut pause);
        }
    }

    /// The next child, or `None` when it is not wanted any more.
    fn start_again(&mut self, pause: &mut Duration) -> Option<Child> {
        loop {
            let wanted = self.orders.pause(*pause);
            *pause = (*pause * 2).min(LONGEST_PAUSE);
            if !wanted {
                return None;
            }
            (self.tidy)();
            match self.orders.spawn(&mut self.command) {
                Ok(child) => {
                    tracing::info!("the private PostgreSQL is started again");
                    return child;
                }
                Err(error) => tracing::error!(%error, again_after = ?*pause, "the private PostgreSQL cannot be started again"),
            }
        }
    }
}

fn report(status: io::Result<ExitStatus>, pause: Duration) {
    let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
    tracing::error!(%status, again_after = ?pause, "the private PostgreSQL ended by itself; see postgres.log in the data directory");
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
