//! `scumble verify`: pictures that were made elsewhere, judged without a recipe.

use scumble::picture::{Format, Layout, Picture, encode};

use crate::support::Test;

/// `cup.jpg`, `cup-mask.png`, and `good.png`: another cup in it, all else the source's own.
fn folder() -> Test {
    let test = Test::with_small_samples();
    test.ok(
        "run element-replace cup.jpg --mask cup-mask.png --provider mock --model paint -o good.png",
    );
    test
}

/// The good picture with some of its pixels moved or changed.
fn altered(test: &Test, from: impl Fn(u32, u32) -> (u32, u32), add: impl Fn(u32, u32) -> u8) {
    let good = test.picture("good.png");
    let (w, h) = good.size();
    let samples = (0..h)
        .flat_map(|y| (0..w).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            let (u, v) = from(x, y);
            let pixel = good.pixel(u.min(w - 1), v.min(h - 1));
            [0, 1, 2].map(|channel| pixel[channel].wrapping_add(add(x, y)))
        })
        .collect();
    let picture = Picture::new(w, h, Layout::Rgb, samples);
    test.write("altered.png", &encode::png(&picture).unwrap());
}

#[test]
fn what_kept_the_rest_passes() {
    let test = folder();
    let ran = test.ok("verify cup.jpg good.png --mask cup-mask.png --strict");
    assert!(
        ran.text().starts_with("verdict     pass\n"),
        "{}",
        ran.text()
    );
    assert!(ran.text().contains("pixels compared, none changed"));
    assert_eq!(ran.stderr, "");
}

#[test]
fn one_protected_pixel_is_enough_to_fail() {
    let test = folder();
    altered(&test, |x, y| (x, y), |x, y| u8::from((x, y) == (3, 5)));
    // Another decoder of the JPEG may read one level more; of the PNG there is only one reading.
    let ran = test.ok("verify cup.jpg altered.png --mask cup-mask.png");
    assert!(
        ran.stderr.contains("decoders of one JPEG differ"),
        "{}",
        ran.stderr
    );
    test.write("cup.png", &encode::png(&test.picture("cup.jpg")).unwrap());
    let ran = test.fails(7, "verify cup.png altered.png --mask cup-mask.png");
    assert_eq!(ran.text(), "");
    for words in [
        "verdict     fail",
        "1 changed, by up to 1 levels",
        "error: the result failed verification: 1 of 35743 protected pixels differ, by up to 1 levels",
        "`scumble run RECIPE SOURCE --mask MASK --reply RESULT` puts the source back",
    ] {
        assert!(ran.stderr.contains(words), "`{words}` in\n{}", ran.stderr);
    }
}

#[test]
fn a_picture_that_lies_elsewhere_is_told_where() {
    let test = folder();
    altered(&test, |x, y| (x.saturating_sub(4), y + 2), |_, _| 0);
    let ran = test.fails(7, "verify cup.jpg altered.png --mask cup-mask.png");
    for words in [
        "lies        +4.0 px across, -2.0 px down",
        "the picture lies 4 px to the right, 2 px too high",
    ] {
        assert!(ran.stderr.contains(words), "`{words}` in\n{}", ran.stderr);
    }
}

#[test]
fn a_lossy_copy_is_for_a_person_to_look_at() {
    let test = folder();
    let jpeg = encode::encode(&test.picture("good.png"), Format::Jpeg, 92).unwrap();
    test.write("good.jpg", &jpeg);
    let ran = test.ok("verify cup.jpg good.jpg --mask cup-mask.png");
    assert!(ran.text().starts_with("verdict     review\n"));
    assert!(
        ran.stderr.contains("a JPEG is a lossy copy"),
        "{}",
        ran.stderr
    );
    test.fails(7, "verify cup.jpg good.jpg --mask cup-mask.png --strict");
}

#[test]
fn an_unchanged_picture_and_one_of_another_size_are_no_results() {
    let test = folder();
    let source = encode::png(&test.picture("cup.jpg")).unwrap();
    test.write("same.png", &source);
    let ran = test.fails(7, "verify cup.jpg same.png --mask cup-mask.png");
    assert!(ran.stderr.contains("nothing changed inside the mask"));
    let ran = test.fails(3, "verify cup.jpg jar.jpg --mask cup-mask.png");
    assert!(
        ran.stderr.contains(
            "error: the result is 180×180, the source 180×225: nothing can be compared bit for bit"
        ),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_ramp_that_reaches_beyond_the_mask_has_to_be_named() {
    let test = Test::with_small_samples();
    test.write(
        "wide.toml",
        b"recipe = 1\nname = \"wide\"\nkind = \"inpaint\"\nprompt = \"x\"\n[mask]\nfeather = 4\nfeather_into = \"keep\"\n",
    );
    test.ok(
        "run ./wide.toml cup.jpg --mask cup-mask.png --provider mock --model paint+noise=6 -o wide.png",
    );
    test.fails(7, "verify cup.jpg wide.png --mask cup-mask.png");
    test.ok("verify cup.jpg wide.png --mask cup-mask.png --feather 4 --feather-into keep");
}

#[test]
fn scripts_read_one_envelope() {
    let test = folder();
    let good = test
        .ok("verify cup.jpg good.png --mask cup-mask.png --json")
        .envelope();
    assert_eq!(
        (&good["ok"], &good["command"]),
        (&true.into(), &"verify".into())
    );
    let data = &good["data"];
    assert_eq!(data["verdict"]["status"], "pass");
    assert_eq!(data["lock"]["changed"], 0);
    assert_eq!(data["derived"], false);
    assert!(data["registration"].is_null());

    altered(&test, |x, y| (x.saturating_sub(4), y + 2), |_, _| 0);
    let ran = test.fails(7, "verify cup.jpg altered.png --mask cup-mask.png --json");
    let moved = ran.envelope();
    assert_eq!(moved["ok"], false);
    let error = &moved["error"];
    assert_eq!(error["code"], "verify");
    let details = &error["details"];
    assert_eq!(details["verdict"]["status"], "fail");
    assert!((details["registration"]["dx"].as_f64().unwrap() - 4.0).abs() < 0.1);
}

#[test]
fn what_became_transparent_did_not_stay() {
    let test = folder();
    let good = test
        .picture("good.png")
        .to_layout(Layout::Rgba)
        .into_owned();
    test.write("opaque.png", &encode::png(&good).unwrap());
    test.ok("verify cup.jpg opaque.png --mask cup-mask.png --strict");
    let mut clear = good.clone();
    clear.samples_mut()[3] = 0;
    test.write("clear.png", &encode::png(&clear).unwrap());
    let ran = test.fails(7, "verify cup.jpg clear.png --mask cup-mask.png");
    assert!(
        ran.stderr.contains("1 of 35743 protected pixels differ"),
        "{}",
        ran.stderr
    );
}
