//! A spinner for whatever takes longer than a second, on a terminal only.

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::provider::Watch;

/// Nothing is shown before this, so that quick edits stay quiet.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows the stage and the seconds so far until it is dropped.
#[derive(Debug)]
pub(super) struct Spinner {
    stages: Option<Sender<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Spinner {
    /// A spinner on a terminal; silence anywhere else.
    pub(super) fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self {
                stages: None,
                thread: None,
            };
        }
        let (stages, heard) = channel::<String>();
        let thread = std::thread::spawn(move || {
            let begun = Instant::now();
            let mut stage = String::new();
            let mut bar: Option<ProgressBar> = None;
            loop {
                match heard.recv_timeout(Duration::from_millis(100)) {
                    Ok(next) => stage = next,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
                if bar.is_none() && begun.elapsed() >= PATIENCE {
                    let new = ProgressBar::new_spinner().with_elapsed(begun.elapsed());
                    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                        new.set_style(style);
                    }
                    bar = Some(new);
                }
                if let Some(bar) = &bar {
                    bar.set_message(stage.clone());
                    bar.tick();
                }
            }
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
        });
        Self {
            stages: Some(stages),
            thread: Some(thread),
        }
    }
}

impl Watch for Spinner {
    fn stage(&self, what: &str) {
        if let Some(stages) = &self.stages {
            // The spinner ends with this value, so it is still listening.
            let _ = stages.send(what.to_owned());
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.stages.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
