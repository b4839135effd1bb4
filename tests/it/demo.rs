//! The demo: everything it promises is there.

use crate::support::Test;

#[test]
fn the_demo_leaves_pictures_records_and_a_page() {
    let test = Test::new();
    let ran = test.ok("demo");
    assert_eq!(ran.text(), "scumble-demo/index.html\n");
    let files = test.files();
    for folder in [
        "1-background-swap",
        "2-element-replace",
        "3-seasonal-variation",
        "4-outpaint-9x16",
    ] {
        for file in ["before.jpg", "after.png", "after.png.json"] {
            let name = format!("scumble-demo/{folder}/{file}");
            assert!(files.contains(&name), "{name} in {files:?}");
        }
        let record = test.json(&format!("scumble-demo/{folder}/after.png.json"));
        assert_eq!(
            record["verdict"]["status"], "pass",
            "{folder}: {}",
            record["verdict"]
        );
        assert_eq!(
            record["source"]["path"], "before.jpg",
            "paths in a record are relative to it"
        );
    }
    let drifted = test.json("scumble-demo/5-drifted-reply/after.png.json");
    assert_eq!(drifted["lock"]["changed"], 0);
    assert!(drifted["drift"]["changed"].as_f64().unwrap() > 0.5);
    for file in ["reply.png", "pasted.png", "after.png"] {
        assert!(files.contains(&format!("scumble-demo/5-drifted-reply/{file}")));
    }
    let page = String::from_utf8(test.read("scumble-demo/index.html")).unwrap();
    assert!(page.contains("(simulated)") && page.contains("<input type=\"range\""));
    for source in page
        .split("src=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(
            files.contains(&format!("scumble-demo/{source}")),
            "{source} is linked and there"
        );
    }
    let again = test.ok("demo --json");
    assert_eq!(again.envelope()["data"]["folder"], "scumble-demo-2");
}
