//! The row of pictures in `docs/alignment.md`: a close-up of one case, three ways.

use std::path::Path;

use scumble::picture::export::{Filter, scale};
use scumble::picture::register::{Registered, register};
use scumble::picture::{Format, Layout, Picture, Weights, encode};

use super::cases::{Case, photographs};
use super::registration::{FEATHER, results};

/// Photographs that may be shown: CC0 and public domain, all in scikit-image's data.
const FREE: [&str; 4] = ["astronaut", "chelsea", "coffee", "rocket"];
/// The case, and the close-up of it: left, top, width, height.
const NUMBER: usize = 2;
const CLOSE_UP: [usize; 4] = [250, 60, 300, 225];
const ENLARGED: u32 = 2;

/// `SCUMBLE_PHOTOS` holds at least the photographs named above.
#[test]
#[ignore = "writes docs/pictures/alignment.jpg"]
fn a_close_up_for_the_documentation() {
    let folder =
        std::env::var("SCUMBLE_PHOTOS").expect("SCUMBLE_PHOTOS names a folder of photographs");
    let mut pictures = photographs(Path::new(&folder), 1024);
    pictures.retain(|(name, _)| FREE.contains(&name.as_str()));
    assert_eq!(pictures.len(), FREE.len(), "{FREE:?} are needed");
    let case = Case::draw(NUMBER, &pictures);
    let weights = Weights::new(&case.mask, FEATHER, None);
    let Registered::Pinned(pinned) = register(&case.source, &case.reply, &weights) else {
        panic!("the reply was refused");
    };
    println!("{}: {:?} {:?}", case.photograph, case.frame, case.motion);
    let panels = results(&case, &pinned.map).map(|picture| close_up(&picture));
    let row = beside(&panels);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/alignment.jpg");
    let bytes = encode::encode(&row, Format::Jpeg, 85).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn close_up(picture: &Picture) -> Picture {
    let [left, top, width, height] = CLOSE_UP;
    let rows = (top..top + height).flat_map(|y| {
        picture.row(y as u32)[left * 3..(left + width) * 3]
            .iter()
            .copied()
    });
    let (w, h) = (width as u32, height as u32);
    let cut = Picture::new(w, h, Layout::Rgb, rows.collect());
    scale(&cut, w * ENLARGED, h * ENLARGED, Filter::Lanczos)
}

/// Pictures of one size in a row, with a white gap.
fn beside(panels: &[Picture; 3]) -> Picture {
    const GAP: usize = 12;
    let (w, h) = panels[0].size();
    let mut samples = Vec::new();
    for y in 0..h {
        for (at, panel) in panels.iter().enumerate() {
            if at > 0 {
                samples.extend([255; GAP * 3]);
            }
            samples.extend_from_slice(panel.row(y));
        }
    }
    Picture::new(3 * w + 2 * GAP as u32, h, Layout::Rgb, samples)
}
