//! Whether replies are put back where they belong, and whether one sees it.

use std::path::Path;

use scumble::picture::cover::Cover;
use scumble::picture::export::{Filter, scale};
use scumble::picture::motion::Affine;
use scumble::picture::register::{Registered, register};
use scumble::picture::seam::Seam;
use scumble::picture::tone::Tone;
use scumble::picture::warp::warp;
use scumble::picture::{Feather, FeatherInto, Picture, Weights, composite};

use super::cases::{Case, FrameKind, photographs};
use super::dump::dump;

/// The width of the ramp, as recipes for objects have it.
pub(super) const FEATHER: Feather = Feather {
    pixels: 8.0,
    into: FeatherInto::Edit,
};

/// How one case ended, in pixels of the source; infinite when it was refused.
struct Found {
    case: Case,
    off: f64,
    told: Registered,
    seams: Option<Seams>,
}

/// The seams of one case, OKLab distance × 100.
#[derive(Debug, Clone, Copy)]
struct Seams {
    ideal: f64,
    /// The reply scaled to the source's size and pasted through the mask.
    pasted: f64,
    /// Aligned, its colours as they came.
    aligned: f64,
    ours: f64,
}

impl Seams {
    /// The bound: a seam that shows no more than the ideal one's.
    fn holds(&self, seam: f64) -> bool {
        seam <= 1.15 * self.ideal + 0.5
    }
}

/// The three results of one case: pasted, aligned, ours.
pub(super) fn results(case: &Case, map: &Affine) -> [Picture; 3] {
    let (w, h) = case.source.size();
    let weights = Weights::new(&case.mask, FEATHER, None);
    let composed = |reply: &Picture| composite(&case.source, reply, &weights);
    let pasted = composed(&scale(&case.reply, w, h, Filter::Lanczos));
    let mut reply = warp(&case.reply, map, w, h);
    let aligned = composed(&reply);
    let cover = Cover::of(map, case.reply.size(), w, h);
    Tone::fit(&case.source, &reply, &weights, &cover).apply(&mut reply, &weights);
    [pasted, aligned, composed(&reply)]
}

fn seams(case: &Case, map: &Affine) -> Option<Seams> {
    let weights = Weights::new(&case.mask, FEATHER, None);
    let seam = Seam::of(&weights);
    let step = |picture: &Picture| seam.step(picture, picture);
    let [pasted, aligned, ours] = results(case, map);
    Some(Seams {
        ideal: step(&composite(&case.source, &case.replaced, &weights))?,
        pasted: step(&pasted)?,
        aligned: step(&aligned)?,
        ours: step(&ours)?,
    })
}

fn find(case: Case) -> Found {
    let weights = Weights::new(&case.mask, FEATHER, None);
    let told = register(&case.source, &case.reply, &weights);
    let (w, h) = (
        f64::from(case.source.width()),
        f64::from(case.source.height()),
    );
    let (off, seams) = match &told {
        Registered::Pinned(pinned) => {
            let there_and_back = pinned.map.then(&case.truth.inverse().unwrap());
            (
                there_and_back.apart(&Affine::IDENTITY, w, h),
                seams(&case, &pinned.map),
            )
        }
        Registered::Lost(_) | Registered::Plain => (f64::INFINITY, None),
    };
    Found {
        case,
        off,
        told,
        seams,
    }
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

/// How visible the seams are, beside the ideal composite's.
fn seam_table(found: &[Found]) -> String {
    use std::fmt::Write as _;
    let seams: Vec<Seams> = found.iter().filter_map(|found| found.seams).collect();
    let mut text = String::from(
        "| result | mean seam | beyond the ideal one's | no more visible than the ideal one |\n| --- | ---: | ---: | ---: |\n",
    );
    let mut row = |name: &str, of: &dyn Fn(&Seams) -> f64| {
        let count = seams.len().max(1) as f64;
        let mean = seams.iter().map(of).sum::<f64>() / count;
        let beyond = seams
            .iter()
            .map(|seams| of(seams) - seams.ideal)
            .sum::<f64>()
            / count;
        let held = seams.iter().filter(|seams| seams.holds(of(seams))).count();
        let _ = writeln!(
            text,
            "| {name} | {mean:.2} | {beyond:+.2} | {:.1} % |",
            100.0 * held as f64 / count
        );
    };
    row("the ideal composite", &|seams| seams.ideal);
    row("pasted plainly", &|seams| seams.pasted);
    row("aligned only", &|seams| seams.aligned);
    row("aligned and matched", &|seams| seams.ours);
    text
}

/// What every sweep has to show.
#[track_caller]
fn judge(found: &[Found]) {
    let tables = format!("{}\n{}", table(found), seam_table(found));
    let share = |count: usize, of: usize| count * 100 >= of * 95;
    let within = found.iter().filter(|found| found.off <= 0.25).count();
    assert!(
        share(within, found.len()),
        "{within} of {} within 0.25 px\n{tables}",
        found.len()
    );
    let wrong = found
        .iter()
        .filter(|found| found.off > 1.0 && found.off.is_finite());
    let wrong: Vec<usize> = wrong.map(|found| found.case.number).collect();
    assert!(
        wrong.is_empty(),
        "a wrong place was accepted in {wrong:?}\n{tables}"
    );
    let seams: Vec<Seams> = found.iter().filter_map(|found| found.seams).collect();
    let held = seams.iter().filter(|seams| seams.holds(seams.ours)).count();
    assert!(
        share(held, found.len()),
        "{held} seams of {} hold\n{tables}",
        found.len()
    );
}

#[test]
fn replies_to_the_samples_come_back_to_their_place() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/samples");
    judge(&sweep(&photographs(&samples, 512), 24));
}

#[test]
#[ignore = "some minutes: run by .ci/run"]
fn five_hundred_replies_come_back_to_their_place() {
    let folder =
        std::env::var("SCUMBLE_PHOTOS").expect("SCUMBLE_PHOTOS names a folder of photographs");
    let pictures = photographs(Path::new(&folder), 1024);
    let count = std::env::var("SCUMBLE_CASES").map_or(500, |count| count.parse().unwrap());
    let found = sweep(&pictures, count);
    println!("{}\n{}", table(&found), seam_table(&found));
    if let Some(folder) = std::env::var_os("SCUMBLE_DUMP") {
        let cases = found.iter().map(|found| (&found.case, found.off));
        dump(Path::new(&folder), cases);
    }
    for found in &found {
        if let Some(seams) = found.seams.filter(|seams| !seams.holds(seams.ours)) {
            println!(
                "{} {}: {seams:.2?}",
                found.case.number, found.case.photograph
            );
        }
    }
    for found in found.iter().filter(|found| found.off > 0.25) {
        let Case {
            number,
            photograph,
            frame,
            motion,
            ..
        } = &found.case;
        println!(
            "{number} {photograph} {frame:?} {motion:?}: off {:.2}, {:?}",
            found.off, found.told
        );
    }
    judge(&found);
}
