//! The browser's process, and its guest profiles.

use anyhow::{Context, Error};
use chromiumoxide::{
    Browser, BrowserConfig,
    cdp::browser_protocol::{
        browser::BrowserContextId,
        target::{CreateBrowserContextParams, CreateTargetParams},
    },
    detection::{DetectionOptions, default_executable},
};
use futures_util::StreamExt;
use tempfile::TempDir;

use crate::{Result, Tab};

/// In addition to the library's own arguments: this browser only talks to the servers under test.
const FLAGS: [&str; 3] = ["disable-gpu", "disable-quic", "disable-component-update"];

/// A running Chromium or Chrome without a window.
pub struct Chromium {
    browser: Browser,
    /// Contains the browser's profile, and removes it in the end.
    _profile: TempDir,
}

impl Chromium {
    /// Starts the Chromium or Chrome that is installed, with an empty profile.
    pub async fn launch() -> Result<Self> {
        let program = default_executable(DetectionOptions::default());
        let program = program.ok().context(
            "no Chromium or Chrome was found. Install one (Debian: apt-get install chromium), \
             or say where it is with CHROME=/path/to/chrome.",
        )?;
        let profile = tempfile::tempdir()?;
        let mut config = BrowserConfig::builder()
            .chrome_executable(program)
            .user_data_dir(profile.path())
            .viewport(None)
            .args(FLAGS);
        if is_root() {
            config = config.no_sandbox();
        }
        let (browser, mut events) = Browser::launch(config.build().map_err(Error::msg)?).await?;
        tokio::spawn(async move { while events.next().await.is_some() {} });
        Ok(Self {
            browser,
            _profile: profile,
        })
    }

    /// Creates a guest, which shares neither cookies nor storage with the others.
    pub async fn guest(&self) -> Result<Guest<'_>> {
        let context = CreateBrowserContextParams::builder()
            .dispose_on_detach(true)
            .build();
        let context = self.browser.create_browser_context(context).await?;
        Ok(Guest {
            browser: &self.browser,
            context,
        })
    }

    /// Closes the browser.
    pub async fn close(mut self) -> Result {
        self.browser.close().await?;
        self.browser.wait().await?;
        Ok(())
    }
}

/// A separate profile, which can open tabs.
pub struct Guest<'a> {
    browser: &'a Browser,
    context: BrowserContextId,
}

impl Guest<'_> {
    /// Opens a tab at a URL, and waits until the page is loaded.
    pub async fn open(&self, url: &str) -> Result<Tab> {
        let target = CreateTargetParams::builder()
            .url("about:blank")
            .browser_context_id(self.context.clone())
            // Its own window, since a tab behind another draws no frames.
            .new_window(true)
            .build()
            .map_err(Error::msg)?;
        Tab::open(self.browser.new_page(target).await?, url).await
    }
}

/// Chromium's sandbox doesn't work for root, which is the user in most containers.
#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::{fs, os::unix::fs::MetadataExt};
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
fn is_root() -> bool {
    false
}
