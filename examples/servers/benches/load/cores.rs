//! A core for the server, and the others for everybody else: what others leave in its caches is not the server's cost.
//! A machine with one core has it twice; where this is not Linux, all share all.

#[cfg(target_os = "linux")]
mod affinity {
    use std::sync::OnceLock;

    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    fn cores() -> [CpuSet; 2] {
        static ALL: OnceLock<CpuSet> = OnceLock::new();
        let all = *ALL.get_or_init(|| sched_getaffinity(None).unwrap());
        let number = (0..CpuSet::MAX_CPU).find(|number| all.is_set(*number)).unwrap();
        let (mut first, mut others) = (CpuSet::new(), all);
        first.set(number);
        if all.count() > 1 {
            others.unset(number);
        }
        [first, others]
    }

    pub fn leave_first() {
        sched_setaffinity(None, &cores()[1]).unwrap();
    }

    pub fn on_first<T>(act: impl FnOnce() -> T) -> T {
        sched_setaffinity(None, &cores()[0]).unwrap();
        let made = act();
        leave_first();
        made
    }
}

#[cfg(not(target_os = "linux"))]
mod affinity {
    pub fn leave_first() {}

    pub fn on_first<T>(act: impl FnOnce() -> T) -> T {
        act()
    }
}

/// Leaves the first core to the server: this thread, and those that it starts from now on.
pub use affinity::leave_first;
/// Does something on the first core: a process begins on the cores of the thread that starts it.
pub use affinity::on_first;
