//! Whole edits in a tight loop, as other harnesses measure them: the request again and again, then
//! the return again and again, each with the memory of the last one at hand.

use scumble::picture::decode::MAX_PIXELS;
use scumble::picture::drift::{check_lock, drift};
use scumble::picture::encode::{PngSize, png_of_size};
use scumble::picture::{Mask, Picture, Weights, composite_onto, decode};
use serde_json::{Value, json};

use crate::inputs::Inputs;
use crate::{FEATHER, ROUNDS, cpu_time, place};

/// The way there and the way back with one PNG setting.
pub(crate) struct Whole {
    setting: &'static str,
    request: (f64, usize),
    response: (f64, usize),
}

impl Whole {
    pub(crate) fn measure(inputs: &Inputs) -> Vec<Self> {
        let (source, weights, _) = request(inputs, PngSize::Quick);
        let settings = [("quick", PngSize::Quick), ("small", PngSize::Small)];
        let whole = settings.map(|(setting, size)| Self {
            setting,
            request: median(|| request(inputs, size).2.len()),
            response: median(|| response(inputs, &source, &weights, size).len()),
        });
        whole.into()
    }

    pub(crate) fn print(&self) {
        let (there, back) = (self.request, self.response);
        println!(
            "whole edit, {}: request {:.1} ms, {} kB; return {:.1} ms, {} kB",
            self.setting,
            there.0,
            there.1 / 1000,
            back.0,
            back.1 / 1000
        );
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "setting": self.setting,
            "request": { "ms": self.request.0, "bytes": self.request.1 },
            "return": { "ms": self.response.0, "bytes": self.response.1 },
        })
    }
}

fn open(bytes: &[u8]) -> Picture {
    decode(bytes, MAX_PIXELS)
        .expect("the bytes are a picture")
        .picture
}

fn request(inputs: &Inputs, size: PngSize) -> (Picture, Weights, Vec<u8>) {
    let source = open(&inputs.source_jpeg);
    let (mask, _) = Mask::import(&open(&inputs.mask_png), None).expect("only alpha varies");
    let weights = Weights::new(&mask, FEATHER, None);
    let upload = place(&source, &mask);
    let bytes = png_of_size(&upload, size).expect("a PNG holds every picture");
    (source, weights, bytes)
}

fn response(inputs: &Inputs, source: &Picture, weights: &Weights, size: PngSize) -> Vec<u8> {
    let reply = open(&inputs.reply_png);
    std::hint::black_box(drift(source, &reply, weights));
    // In the reply's own memory, as the engine does it.
    let result = composite_onto(source, reply, weights);
    assert_eq!(
        check_lock(source, &result, weights).changed,
        0,
        "the promise"
    );
    png_of_size(&result, size).expect("a PNG holds every picture")
}

/// The median time, and the size of the file.
fn median(mut work: impl FnMut() -> usize) -> (f64, usize) {
    let bytes = work();
    let mut laps: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = cpu_time();
            std::hint::black_box(work());
            cpu_time() - begun
        })
        .collect();
    laps.sort_by(f64::total_cmp);
    (laps[laps.len() / 2], bytes)
}
