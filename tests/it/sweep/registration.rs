//! Whether replies are put back where they belong.

use std::path::Path;

use scumble::picture::register::{Registered, register};
use scumble::picture::{Feather, Picture, Weights};

use super::cases::{Case, FrameKind, photographs};

/// How one case ended, in pixels of the source; infinite when it was refused.
struct Found {
    case: Case,
    off: f64,
    told: Registered,
}

fn find(case: Case) -> Found {
    let weights = Weights::new(&case.mask, Feather::NONE, None);
    let told = register(&case.source, &case.reply, &weights);
    let (w, h) = (
        f64::from(case.source.width()),
        f64::from(case.source.height()),
    );
    let off = match &told {
        Registered::Pinned(pinned) => {
            let there_and_back = pinned.map.then(&case.truth.inverse().unwrap());
            there_and_back.apart(&scumble::picture::motion::Affine::IDENTITY, w, h)
        }
        Registered::Lost(_) | Registered::Plain => f64::INFINITY,
    };
    Found { case, off, told }
}

fn sweep(pictures: &[(String, Picture)], count: usize) -> Vec<Found> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let next = AtomicUsize::new(0);
    let mut found: Vec<Found> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut found = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            return found;
                        }
                        found.push(find(Case::draw(number, pictures)));
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    found.sort_by_key(|found| found.case.number);
    found
}

fn table(found: &[Found]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "| cases | number | within 0.25 px | median | 95 % below | refused | accepted and off by more than 1 px |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut row = |name: &str, which: &dyn Fn(&Found) -> bool| {
        let mut offs: Vec<f64> = found
            .iter()
            .filter(|found| which(found))
            .map(|found| found.off)
            .collect();
        offs.sort_by(f64::total_cmp);
        let count = offs.len();
        if count == 0 {
            return;
        }
        let at = |share: f64| offs[((count as f64 * share).ceil() as usize).clamp(1, count) - 1];
        let within = offs.iter().filter(|off| **off <= 0.25).count();
        let refused = offs.iter().filter(|off| off.is_infinite()).count();
        let wrong = offs
            .iter()
            .filter(|off| **off > 1.0 && off.is_finite())
            .count();
        let _ = writeln!(
            text,
            "| {name} | {count} | {:.1} % | {:.3} | {:.3} | {refused} | {wrong} |",
            100.0 * within as f64 / count as f64,
            at(0.5),
            at(0.95),
        );
    };
    row("all", &|_| true);
    row("the rest untouched", &|found| !found.case.meddled);
    row("a tenth of the rest changed too", &|found| {
        found.case.meddled
    });
    row("frame of the same size", &|found| {
        found.case.frame == FrameKind::Same
    });
    row("frame cut or extended", &|found| {
        found.case.frame == FrameKind::CutOrExtended
    });
    row("frame stretched", &|found| {
        found.case.frame == FrameKind::Stretched
    });
    let mut names: Vec<&str> = found
        .iter()
        .map(|found| found.case.photograph.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        row(name, &|found| found.case.photograph == name);
    }
    text
}

#[test]
#[ignore = "some minutes: run by .ci/run"]
fn five_hundred_replies_come_back_to_their_place() {
    let folder =
        std::env::var("SCUMBLE_PHOTOS").expect("SCUMBLE_PHOTOS names a folder of photographs");
    let pictures = photographs(Path::new(&folder), 1024);
    let count = std::env::var("SCUMBLE_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(500);
    let found = sweep(&pictures, count);
    println!("{}", table(&found));
    for found in found.iter().filter(|found| found.off > 0.25) {
        println!(
            "{} {} {:?} {:?} off {:.2} {:?}",
            found.case.number,
            found.case.photograph,
            found.case.frame,
            found.case.motion,
            found.off,
            found.told
        );
    }
    let within = found.iter().filter(|found| found.off <= 0.25).count();
    assert!(
        within * 100 >= found.len() * 95,
        "{within} of {} within 0.25 px",
        found.len()
    );
    assert!(
        found
            .iter()
            .all(|found| found.off <= 1.0 || found.off.is_infinite()),
        "a wrong place was accepted"
    );
}
