//! One page, with its console and its requests.

use std::time::Duration;

use anyhow::{Context, Error, bail};
use chromiumoxide::{
    Page,
    cdp::{
        browser_protocol::{
            emulation::{
                MediaFeature, SetDeviceMetricsOverrideParams, SetFocusEmulationEnabledParams,
            },
            input::InsertTextParams,
            log::{EnableParams, EventEntryAdded},
            network::{self, EventRequestWillBeSent, EventWebSocketCreated},
            page::{CaptureScreenshotFormat, EventLoadEventFired},
        },
        js_protocol::runtime::{EvaluateParams, EventConsoleApiCalled, EventExceptionThrown},
    },
    listeners::EventStream,
    page::{MediaTypeParams, ScreenshotParams},
};
use futures_util::{FutureExt, Stream, StreamExt};
use serde_json::{Value, json};
use tokio::{runtime::Handle, time::timeout};

use crate::Result;

/// How long to wait until a page shows something.
const PATIENCE: Duration = Duration::from_secs(20);

/// A page in the browser. It's closed when this value is dropped: otherwise, its window would slow down the trials after it.
pub struct Tab {
    page: Page,
    console: EventStream<EventConsoleApiCalled>,
    exceptions: EventStream<EventExceptionThrown>,
    entries: EventStream<EventEntryAdded>,
    requests: EventStream<EventRequestWillBeSent>,
    sockets: EventStream<EventWebSocketCreated>,
}

impl Tab {
    pub(crate) async fn open(page: Page, url: &str) -> Result<Self> {
        page.execute(EnableParams::default()).await?;
        page.execute(SetFocusEmulationEnabledParams::new(true))
            .await?;
        let tab = Self {
            console: page.event_listener().await?,
            exceptions: page.event_listener().await?,
            entries: page.event_listener().await?,
            requests: page.event_listener().await?,
            sockets: page.event_listener().await?,
            page,
        };
        tab.page.goto(url).await?;
        Ok(tab)
    }

    /// The value of a JavaScript expression. If it's a promise, this waits for its value.
    pub async fn evaluate(&self, expression: &str) -> Result<Value> {
        let expression = EvaluateParams::builder()
            .expression(expression)
            .await_promise(true)
            .return_by_value(true)
            .build()
            .map_err(Error::msg)?;
        let result = timeout(PATIENCE, self.page.evaluate(expression)).await??;
        Ok(result.value().cloned().unwrap_or(Value::Null))
    }

    /// Waits until a JavaScript condition is true, and checks it after each change of the page. A field's value and a
    /// script's variable change without one, so it's also checked regularly.
    pub async fn wait_until(&self, condition: &str) -> Result {
        let waiting = format!(
            "new Promise((resolve) => {{
               const observer = new MutationObserver(check);
               const timer = setInterval(check, 50);
               function check() {{
                 if (!({condition})) return;
                 observer.disconnect();
                 clearInterval(timer);
                 resolve();
               }}
               observer.observe(document, {{
                 attributes: true, characterData: true, childList: true, subtree: true,
               }});
               check();
             }})"
        );
        if self.evaluate(&waiting).await.is_err() {
            let shown = self.evaluate("document.body.innerText").await?;
            let shown = shown.as_str().unwrap_or_default();
            bail!("expected this to become true: {condition}\nThe page shows:\n{shown}");
        }
        Ok(())
    }

    /// Waits until the page is loaded again.
    pub async fn next_load(&self) -> Result<impl Future<Output = Result> + use<>> {
        let mut loads = self.page.event_listener::<EventLoadEventFired>().await?;
        Ok(async move {
            let load = timeout(PATIENCE, loads.next()).await;
            let load = load.ok().context("expected the page to reload")?;
            load.context("the page is gone")?;
            Ok(())
        })
    }

    /// Waits until the lesson's page is Online.
    pub async fn is_online(&self) -> Result {
        self.wait_until("!lblOnline.hidden && lblOffline.hidden")
            .await
    }

    /// Waits until the lesson's page is Offline.
    pub async fn is_offline(&self) -> Result {
        self.wait_until("lblOnline.hidden && !lblOffline.hidden")
            .await
    }

    /// Types text into an element, without sending it.
    pub async fn write(&self, selector: &str, text: &str) -> Result {
        self.page.find_element(selector).await?.focus().await?;
        self.page.execute(InsertTextParams::new(text)).await?;
        Ok(())
    }

    /// Presses a key in an element.
    pub async fn press(&self, selector: &str, key: &str) -> Result {
        let element = self.page.find_element(selector).await?;
        element.focus().await?.press_key(key).await?;
        Ok(())
    }

    /// Clicks on an element.
    pub async fn click(&self, selector: &str) -> Result {
        self.page.find_element(selector).await?.click().await?;
        Ok(())
    }

    /// Sends a message as a person does: types it and presses Enter.
    pub async fn send(&self, text: &str) -> Result {
        self.write("#txtMensaje", text).await?;
        self.press("#txtMensaje", "Enter").await
    }

    /// The messages that the lesson's page lists.
    pub async fn messages(&self) -> Result<Value> {
        self.evaluate(
            "[...document.querySelectorAll('#lstMensajes > li')].map((li) => li.textContent)",
        )
        .await
    }

    /// The frames in the wire panel, oldest first, as direction and text, without heartbeats and the packets of an
    /// upgrade.
    pub async fn frames(&self) -> Result<Vec<(String, String)>> {
        let frames = self
            .evaluate(
                "[...document.querySelectorAll('.wire-frames > li[data-direction]')]
                   .filter((li) => !['ping', 'pong', 'probe', 'upgrade', 'noop'].includes(li.dataset.kind))
                   .map((li) => [li.dataset.direction, li.querySelector('code').textContent])",
            )
            .await?;
        Ok(serde_json::from_value(frames)?)
    }

    /// Waits until the page shows everything that the server has sent so far.
    ///
    /// Asks for a namespace that doesn't exist: the refusal arrives after everything else. It asks twice, since
    /// a server may answer the first time before the handler of the last event has run.
    pub async fn settle(&self) -> Result {
        for fence in ["/fence-1", "/fence-2"] {
            let asking = format!(
                "new Promise((resolve) => socket.io.socket('{fence}').once('connect_error', resolve))"
            );
            self.evaluate(&format!("{asking}.then(() => true)")).await?;
        }
        // The panel loads after the page, and draws in the screen's next frame.
        self.wait_until("document.querySelector('.wire-frames')")
            .await?;
        self.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))")
            .await?;
        Ok(())
    }

    /// Turns the page's network off or on.
    pub async fn set_offline(&self, offline: bool) -> Result {
        #[expect(deprecated, reason = "its replacement doesn't affect open WebSockets")]
        let conditions = network::EmulateNetworkConditionsParams::new(offline, 0., -1., -1.);
        self.page.execute(conditions).await?;
        Ok(())
    }

    /// Everything that the page has written to its console since the last call, each entry as JSON.
    pub async fn console(&mut self) -> Result<Vec<String>> {
        self.catch_up().await?;
        let mut lines = Vec::new();
        for call in drain(&mut self.console) {
            let words = call.args.iter().map(|argument| {
                let value = argument.value.as_ref();
                value.map_or_else(
                    || "object".to_owned(),
                    |value| {
                        value
                            .as_str()
                            .map_or_else(|| value.to_string(), str::to_owned)
                    },
                )
            });
            lines.push(words.collect::<Vec<_>>().join(" "));
        }
        Ok(lines)
    }

    /// The page's problems since the last call: exceptions, and what the browser reports as an error, which includes
    /// violations of the Content-Security-Policy. Socket.IO's own requests are left out: they fail whenever a network is
    /// cut, and when a client leaves while it polls, which is answered with 400 or not at all.
    pub async fn problems(&mut self) -> Result<Vec<String>> {
        self.catch_up().await?;
        let mut problems = Vec::new();
        for event in drain(&mut self.exceptions) {
            problems.push(format!("exception: {}", json!(event.exception_details)));
        }
        for event in drain(&mut self.entries) {
            let entry = &event.entry;
            let url = entry.url.as_deref().unwrap_or_default();
            let is_request = entry.text.contains("net::ERR_") || entry.text.contains("status of 4");
            let is_connection = is_request
                && [url, &entry.text]
                    .iter()
                    .any(|text| text.contains("/socket.io/?"));
            if entry.level.as_ref() == "error" && !is_connection {
                problems.push(format!("{}: {} ({url})", entry.source.as_ref(), entry.text));
            }
        }
        Ok(problems)
    }

    /// The URLs that the page has requested since the last call.
    pub async fn requests(&mut self) -> Result<Vec<String>> {
        self.catch_up().await?;
        let requests = drain(&mut self.requests)
            .into_iter()
            .map(|event| event.request.url.clone());
        let sockets = drain(&mut self.sockets)
            .into_iter()
            .map(|event| event.url.clone());
        Ok(requests.chain(sockets).collect())
    }

    /// Shows the page light or dark, without animations.
    pub async fn set_dark(&self, dark: bool) -> Result {
        let scheme = if dark { "dark" } else { "light" };
        self.page
            .emulate_media_features(vec![
                MediaFeature::new("prefers-color-scheme", scheme),
                // Waits, so that no transition between colours is still running.
                MediaFeature::new("prefers-reduced-motion", "reduce"),
            ])
            .await?;
        Ok(())
    }

    /// Shows the page as on paper, or as on a screen.
    pub async fn set_print(&self, print: bool) -> Result {
        let media = if print {
            MediaTypeParams::Print
        } else {
            MediaTypeParams::Screen
        };
        self.page.emulate_media_type(media).await?;
        Ok(())
    }

    /// Gives the page a size in CSS pixels.
    pub async fn set_size(&self, width: i64, height: i64) -> Result {
        let size = SetDeviceMetricsOverrideParams::new(width, height, 1., false);
        self.page.execute(size).await?;
        Ok(())
    }

    /// A picture of the visible part of the page, as PNG.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        let params = ScreenshotParams::builder()
            .format(CaptureScreenshotFormat::Png)
            .build();
        Ok(self.page.screenshot(params).await?)
    }

    /// Closes the page, and waits until it's closed.
    pub async fn close(self) -> Result {
        self.page.clone().close().await?;
        Ok(())
    }

    /// Events arrive before the answer to a command that was sent after them.
    async fn catch_up(&self) -> Result {
        self.evaluate("0").await?;
        self.evaluate("0").await?;
        Ok(())
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        if let Ok(runtime) = Handle::try_current() {
            // It may be closed already, or the browser may be gone.
            runtime.spawn(self.page.clone().close());
        }
    }
}

/// All events that have arrived so far.
fn drain<S: Stream + Unpin>(events: &mut S) -> Vec<S::Item> {
    let mut drained = Vec::new();
    while let Some(Some(event)) = events.next().now_or_never() {
        drained.push(event);
    }
    drained
}
