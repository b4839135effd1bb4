//! What it costs to put a reply back, to match its colours and to verify the result: CPU
//! milliseconds per megapixel on one thread.
//!
//! ```text
//! cargo bench --bench align                      a table, on a sample picture at several sizes
//! cargo bench --bench align -- PICTURE           the same on a picture of yours
//! ```
//!
//! The reply is moved by several pixels, scaled, turned and tinted, as hosted models do.

#![expect(clippy::print_stdout, reason = "a benchmark's output is its table")]

use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};
use scumble::picture::cover::Cover;
use scumble::picture::drift::{change, check_lock, drift};
use scumble::picture::export::fill;
use scumble::picture::motion::Motion;
use scumble::picture::register::{Registered, register};
use scumble::picture::seam::Seam;
use scumble::picture::tone::Tone;
use scumble::picture::warp::warp;
use scumble::picture::{Feather, FeatherInto, Layout, Mask, Picture, Weights, composite, decode};

const SIZES: [(u32, u32); 3] = [(1024, 1024), (1080, 1920), (2048, 2048)];
/// Rounds that are measured.
const ROUNDS: usize = 9;
const STEPS: [&str; 7] = [
    "register",
    "put back",
    "match colours",
    "composite",
    "drift and change",
    "lock",
    "seam",
];

fn main() {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()
        .expect("nothing has used the pool yet");
    // Cargo adds flags of its own, so only a name without dashes counts.
    let named = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let bytes = match &named {
        Some(path) => scumble::fs::read(path.as_ref(), scumble::ErrorKind::Input)
            .expect("the picture can be read"),
        None => scumble::library::sample("hero.jpg")
            .expect("a sample of that name")
            .to_vec(),
    };
    let photo = decode(&bytes, u64::MAX).expect("a PNG or JPEG").picture;
    let photo = photo.to_layout(Layout::Rgb).into_owned();
    for (width, height) in SIZES {
        measure(&fill(&photo, width, height));
    }
}

fn measure(source: &Picture) {
    let (w, h) = source.size();
    let mask = disc(w, h);
    let feather = Feather {
        pixels: 8.0,
        into: FeatherInto::Edit,
    };
    let weights = Weights::new(&mask, feather, None);
    let motion = Motion {
        dx: 7.3,
        dy: -4.6,
        scale: 1.013,
        stretch: 0.994,
        rotation: 0.3,
    };
    let truth = motion.around_centre(f64::from(w), f64::from(h));
    let back = truth.inverse().expect("a motion has a way back");
    let mut reply = warp(source, &back, w, h);
    for pixel in reply.samples_mut().chunks_exact_mut(3) {
        for (sample, gain) in pixel.iter_mut().zip([1.04, 1.0, 0.96]) {
            *sample = (f32::from(*sample) * gain) as u8;
        }
    }
    let mut laps: Vec<Vec<f64>> = vec![Vec::new(); STEPS.len()];
    for _ in 0..=ROUNDS {
        let mut step = 0;
        let mut lap = |begun: f64| {
            laps[step].push(cpu_time() - begun);
            step += 1;
        };
        let begun = cpu_time();
        let Registered::Pinned(found) = black_box(register(source, &reply, &weights)) else {
            println!("{w}×{h}: the reply was not found");
            return;
        };
        lap(begun);
        let begun = cpu_time();
        let mut aligned = black_box(warp(&reply, &found.map, w, h));
        lap(begun);
        let cover = Cover::of(&found.map, reply.size(), w, h);
        let raw = aligned.clone();
        let begun = cpu_time();
        Tone::fit(source, &aligned, &weights, &cover).apply(&mut aligned, &weights);
        lap(begun);
        let begun = cpu_time();
        let result = black_box(composite(source, &aligned, &weights));
        lap(begun);
        let begun = cpu_time();
        black_box((
            drift(source, &raw, &weights),
            change(source, &result, &weights),
        ));
        lap(begun);
        let begun = cpu_time();
        black_box(check_lock(source, &result, &weights));
        lap(begun);
        let begun = cpu_time();
        let seam = Seam::of(&weights);
        black_box((seam.step(&result, &result), seam.step(&raw, &raw)));
        lap(begun);
    }
    let megapixels = f64::from(w) * f64::from(h) / 1e6;
    println!("{:<20} {:>9} {:>9}", format!("{w}×{h}"), "ms", "ms per MP");
    let mut sum = 0.0;
    for (step, mut times) in STEPS.into_iter().zip(laps) {
        // The first round fills caches and tables.
        times.remove(0);
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        sum += median;
        println!("{step:<20} {median:>9.1} {:>9.1}", median / megapixels);
    }
    println!("{:<20} {sum:>9.1} {:>9.1}\n", "together", sum / megapixels);
}

fn disc(w: u32, h: u32) -> Mask {
    let (x, y, radius) = (w as f32 / 2.0, h as f32 / 2.0, w.min(h) as f32 * 0.3);
    let coverage = (0..w * h)
        .map(|at| {
            let far = ((at % w) as f32 - x).hypot((at / w) as f32 - y);
            if far < radius { 255 } else { 0 }
        })
        .collect();
    Mask::new(w, h, coverage)
}

/// The CPU time of this process so far, in milliseconds.
fn cpu_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
