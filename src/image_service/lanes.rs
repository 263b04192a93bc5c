//! Who works when. Quick answers (tiles, thumbnails) have workers of their own, so that expensive ones never hold them up;
//! expensive ones are few, wait in a short line, and give way to everything else on the machine.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::ImageError;

/// What kind of work an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// A few tiles to be decoded, an answer as large as a screen at most.
    Quick,
    /// Anything more.
    Heavy,
}

/// How much may go on at a time.
#[derive(Clone, Copy, Debug)]
pub struct LaneSettings {
    /// Threads for quick work.
    pub quick: usize,
    /// Threads for expensive work.
    pub heavy: usize,
    /// How many expensive answers may be under way or wait; the next is told to come again.
    pub queue: usize,
    /// How long a request waits for its turn.
    pub patience: Duration,
    /// Memory for tiles and pixels in flight, in megabytes.
    pub memory: u32,
}

/// Says whether anyone still wants what is being made.
#[derive(Clone, Default)]
pub struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// # Errors
    /// [`ImageError::Left`] when nobody does.
    pub fn check(&self) -> Result<(), ImageError> {
        if self.0.load(Relaxed) { Err(ImageError::Left) } else { Ok(()) }
    }
}

/// Tells the work that its client has left.
struct Leaving(Wanted);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.0.store(true, Relaxed);
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// The workers of both lanes and the memory that they share.
pub struct Lanes {
    quick: Workers,
    heavy: Workers,
    /// A quarter of the memory is for quick work alone.
    quick_memory: Arc<Semaphore>,
    heavy_memory: Arc<Semaphore>,
    expensive: Arc<Semaphore>,
    settings: LaneSettings,
}

impl Lanes {
    pub fn new(settings: LaneSettings) -> Self {
        let share = (settings.memory / 4).max(1);
        Self {
            quick: Workers::start("quick", settings.quick, 0),
            heavy: Workers::start("heavy", settings.heavy, 5),
            quick_memory: Arc::new(Semaphore::new(share as usize)),
            heavy_memory: Arc::new(Semaphore::new((settings.memory - share).max(1) as usize)),
            expensive: Arc::new(Semaphore::new(settings.queue.max(1))),
            settings,
        }
    }

    /// Lets an answer in that takes this many megabytes.
    ///
    /// # Errors
    /// [`ImageError::TooLarge`] when it could never be let in, [`ImageError::Busy`] when it was not in time or the line is full.
    pub async fn enter(&self, lane: Lane, megabytes: u32) -> Result<Ticket, ImageError> {
        let (memory, most) = match lane {
            Lane::Quick => (&self.quick_memory, (self.settings.memory / 4).max(1)),
            Lane::Heavy => (&self.heavy_memory, (self.settings.memory - self.settings.memory / 4).max(1)),
        };
        let place = match lane {
            Lane::Quick => None,
            Lane::Heavy => Some(self.expensive.clone().try_acquire_owned().map_err(|_| ImageError::Busy)?),
        };
        if lane == Lane::Heavy && megabytes > most {
            return Err(ImageError::TooLarge);
        }
        let turn = memory.clone().acquire_many_owned(megabytes.min(most));
        let turn = tokio::time::timeout(self.settings.patience, turn).await.map_err(|_| ImageError::Busy)?;
        Ok(Ticket { lane, _memory: turn.map_err(|_| ImageError::Busy)?, _place: place })
    }

    /// Does a piece of work for an answer that was let in, when a worker is free. It stops early once nobody waits for it.
    pub async fn work<T: Send + 'static>(
        &self,
        ticket: &Ticket,
        work: impl FnOnce(&Wanted) -> Result<T, ImageError> + Send + 'static,
    ) -> Result<T, ImageError> {
        let wanted = Wanted::default();
        let _leaving = Leaving(wanted.clone());
        let (sender, receiver) = oneshot::channel();
        let deadline = Instant::now() + self.settings.patience;
        let workers = self.workers(ticket.lane);
        workers.put(Box::new(move || {
            let late = Instant::now() > deadline;
            let done = wanted.check().and_then(|()| if late { Err(ImageError::Busy) } else { work(&wanted) });
            // Nobody waits any more: then nobody misses it.
            let _ = sender.send(done);
        }));
        receiver.await.map_err(|_| ImageError::Damaged("rendering failed".to_owned()))?
    }

    /// How many workers of the lane have nothing to do, so that one piece of work may be shared.
    pub fn idle(&self, lane: Lane) -> usize {
        let workers = self.workers(lane);
        workers.count.saturating_sub(workers.busy.load(Relaxed))
    }

    fn workers(&self, lane: Lane) -> &Workers {
        match lane {
            Lane::Quick => &self.quick,
            Lane::Heavy => &self.heavy,
        }
    }
}

/// The right to have work done; what it holds is given back with it.
#[derive(Debug)]
pub struct Ticket {
    lane: Lane,
    _memory: OwnedSemaphorePermit,
    _place: Option<OwnedSemaphorePermit>,
}

impl Ticket {
    pub fn lane(&self) -> Lane {
        self.lane
    }
}

/// Threads that do one job after another.
struct Workers {
    jobs: Sender<Job>,
    count: usize,
    /// Jobs that were put and are not done.
    busy: Arc<AtomicUsize>,
}

impl Workers {
    fn start(name: &str, count: usize, niceness: i32) -> Self {
        let (jobs, queue) = channel::<Job>();
        let (queue, busy) = (Arc::new(Mutex::new(queue)), Arc::new(AtomicUsize::new(0)));
        for number in 0..count.max(1) {
            let (queue, busy) = (queue.clone(), busy.clone());
            let thread = std::thread::Builder::new().name(format!("{name}-{number}"));
            let started = thread.spawn(move || {
                give_way(niceness);
                work_through(&queue, &busy);
            });
            if let Err(error) = started {
                tracing::error!("a thread for pixels cannot be started: {error}");
            }
        }
        Self { jobs, count: count.max(1), busy }
    }

    fn put(&self, job: Job) {
        self.busy.fetch_add(1, Relaxed);
        // Fails only if every worker is gone; then the receiver of the result is told.
        if self.jobs.send(job).is_err() {
            self.busy.fetch_sub(1, Relaxed);
        }
    }
}

fn work_through(queue: &Mutex<Receiver<Job>>, busy: &AtomicUsize) {
    loop {
        // Held while waiting: whoever has it takes the next job.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err() {
            tracing::error!("a piece of work failed");
        }
        busy.fetch_sub(1, Relaxed);
    }
}

/// Makes this thread's work less urgent than others' on the machine.
#[cfg(target_os = "linux")]
pub fn give_way(niceness: i32) {
    if niceness > 0 {
        // SAFETY: changes nothing but the priority of the calling thread: 0 stands for it on Linux.
        let refused = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, niceness) } != 0;
        if refused {
            tracing::debug!("the priority stays as it is: {}", std::io::Error::last_os_error());
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub fn give_way(_: i32) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(queue: usize, memory: u32) -> Lanes {
        Lanes::new(LaneSettings { quick: 1, heavy: 1, queue, patience: Duration::from_millis(200), memory })
    }

    #[tokio::test]
    async fn the_line_of_expensive_answers_is_short_and_quick_ones_have_none() {
        let lanes = lanes(2, 100);
        let _first = lanes.enter(Lane::Heavy, 1).await.expect("let in");
        let _second = lanes.enter(Lane::Heavy, 1).await.expect("let in");
        assert!(matches!(lanes.enter(Lane::Heavy, 1).await, Err(ImageError::Busy)));
        for _ in 0..20 {
            lanes.enter(Lane::Quick, 1).await.expect("let in");
        }
    }

    #[tokio::test]
    async fn memory_is_waited_for_and_given_back() {
        let lanes = lanes(9, 100);
        assert!(matches!(lanes.enter(Lane::Heavy, 76).await, Err(ImageError::TooLarge)));
        let first = lanes.enter(Lane::Heavy, 60).await.expect("let in");
        assert!(matches!(lanes.enter(Lane::Heavy, 60).await, Err(ImageError::Busy)));
        lanes.enter(Lane::Quick, 25).await.expect("a share of its own");
        drop(first);
        lanes.enter(Lane::Heavy, 60).await.expect("let in");
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_is_not_done() {
        let lanes = Arc::new(lanes(9, 100));
        let ticket = lanes.enter(Lane::Heavy, 1).await.expect("let in");
        let (started, begins) = oneshot::channel();
        let (told, hears) = channel();
        let left = lanes.work(&ticket, move |wanted| {
            let _ = started.send(());
            while wanted.check().is_ok() {
                std::thread::sleep(Duration::from_millis(1));
            }
            told.send(()).map_err(|_| ImageError::Left)
        });
        let leaves = async {
            begins.await.expect("it starts");
        };
        tokio::select! {
            _ = left => panic!("nobody left"),
            () = leaves => {}
        }
        hears.recv_timeout(Duration::from_secs(10)).expect("it stopped");
        assert_eq!(lanes.work(&ticket, |_| Ok(7)).await.expect("the worker goes on"), 7);
    }

    #[tokio::test]
    async fn a_panic_ends_one_piece_of_work() {
        let lanes = lanes(9, 100);
        let ticket = lanes.enter(Lane::Quick, 1).await.expect("let in");
        assert!(lanes.work::<()>(&ticket, |_| panic!("on purpose")).await.is_err());
        assert_eq!(lanes.work(&ticket, |_| Ok(1)).await.expect("the worker goes on"), 1);
    }
}
