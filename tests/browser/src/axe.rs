//! Checks a page with axe-core.

use std::fs;

use anyhow::{Context, bail};
use course::lessons::root;
use serde_json::Value;

use crate::{Result, Tab};

/// Fails if axe-core finds anything serious or critical in the page, light or dark.
pub async fn expect_no_serious_fault(tab: &Tab) -> Result {
    let axe = root().join("tests/browser/node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(axe);
    let axe = axe.context("axe-core is missing: run `npm ci` in tests/browser")?;
    tab.evaluate(&format!("{axe}; 0")).await?;
    // A dark page has other colours, but everything else that axe-core looks at is the same.
    for (dark, rules) in [
        (false, ""),
        (true, "runOnly: ['color-contrast', 'link-in-text-block'],"),
    ] {
        tab.set_dark(dark).await?;
        let faults = tab
            .evaluate(&format!(
                "axe.run({{ {rules} resultTypes: ['violations'] }}).then(({{ violations }}) => violations
                   .filter(({{ impact }}) => impact === 'serious' || impact === 'critical')
                   .map(({{ id, help, nodes }}) => ({{ id, help, nodes: nodes.map((node) => node.html) }})))",
            ))
            .await?;
        if faults != Value::Array(Vec::new()) {
            bail!("dark: {dark}, axe-core finds: {faults:#}");
        }
    }
    Ok(())
}
