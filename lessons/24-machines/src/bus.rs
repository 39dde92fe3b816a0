//! Brings the packets of one node to all others, through Redis or the memory of a process that is several nodes.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use redis::{
    AsyncTypedCommands, FromRedisValue, IntoConnectionInfo, ProtocolVersion, PushInfo, PushKind,
    RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use socketioxide::adapter::Emitter;
use socketioxide_redis::{
    CustomRedisAdapter,
    drivers::{ChanItem, Driver, MessageStream},
};
use tokio::{sync::mpsc, time::timeout};
use tracing::warn;

/// Knows the sockets and rooms of this node, and asks the other nodes for theirs.
pub type Net = CustomRedisAdapter<Emitter, Bus>;
/// The server, with that adapter.
pub type SocketIo = socketioxide::SocketIo<Net>;
/// A client's socket at this node.
pub type SocketRef = socketioxide::extract::SocketRef<Net>;
/// The way to answer a client.
pub type AckSender = socketioxide::extract::AckSender<Net>;

/// The longest pause between two attempts to connect again.
const RETRY: Duration = Duration::from_secs(1);

/// The longest time that Redis may take to answer. The default of 500 ms is too short when many clients come at once.
const ANSWER: Duration = Duration::from_secs(5);

/// How long a client's event waits for Redis. Then it's only about this node.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// For each channel, the queues of the nodes that listen.
type Channels = Arc<Mutex<HashMap<String, Vec<mpsc::Sender<ChanItem>>>>>;

/// A connection to Redis, or none.
#[derive(Clone, Default)]
pub struct Bus {
    channels: Channels,
    redis: Option<ConnectionManager>,
}

impl Bus {
    /// Connects to Redis. If the connection is lost, it comes back by itself, and so do the subscriptions.
    ///
    /// # Errors
    /// The address isn't one, or Redis doesn't answer.
    pub async fn connect(address: &str) -> Result<Self, RedisError> {
        let info = address.into_connection_info()?;
        // With the older protocol, messages would need a connection of their own.
        let settings = info.redis_settings().clone();
        let settings = settings.set_protocol(ProtocolVersion::RESP3);
        let client = redis::Client::open(info.set_redis_settings(settings))?;
        // If it isn't there now, say so. Later, the manager tries until it is.
        client.get_multiplexed_async_connection().await?;

        let channels = Channels::default();
        let to = channels.clone();
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(usize::MAX)
            .set_max_delay(RETRY)
            .set_response_timeout(Some(ANSWER))
            .set_automatic_resubscription()
            .set_push_sender(move |push| {
                receive(&to, push);
                Ok::<(), Infallible>(())
            });
        let redis = client.get_connection_manager_with_config(config).await?;
        Ok(Self {
            channels,
            redis: Some(redis),
        })
    }
}

/// Delivers what Redis sends without being asked.
fn receive(channels: &Channels, push: PushInfo) {
    let PushKind::Message = push.kind else { return };
    let mut data = push.data.into_iter();
    if let (Some(Ok(channel)), Some(Ok(message))) = (
        data.next().map(String::from_redis_value),
        data.next().map(Vec::from_redis_value),
    ) {
        deliver(channels, &channel, &message);
    }
}

fn deliver(channels: &Channels, channel: &str, message: &[u8]) {
    let channels = channels.lock().unwrap_or_else(PoisonError::into_inner);
    for listener in channels.get(channel).into_iter().flatten() {
        if let Err(error) = listener.try_send((channel.to_owned(), message.to_owned())) {
            warn!(%error, "a packet of another node was lost");
        }
    }
}

impl Driver for Bus {
    type Error = RedisError;

    async fn publish(&self, channel: String, message: Vec<u8>) -> Result<(), RedisError> {
        let Some(mut redis) = self.redis.clone() else {
            deliver(&self.channels, &channel, &message);
            return Ok(());
        };
        // The adapter sends it to this node's own clients next, but not after an error.
        match timeout(PATIENCE, redis.publish(channel, message)).await {
            Ok(Ok(_)) => {}
            failed => warn!(?failed, "the other nodes don't get a packet"),
        }
        Ok(())
    }

    async fn subscribe(
        &self,
        channel: String,
        size: usize,
    ) -> Result<MessageStream<ChanItem>, RedisError> {
        if let Some(mut redis) = self.redis.clone() {
            redis.subscribe(&channel).await?;
        }
        let (sender, receiver) = mpsc::channel(size);
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.entry(channel).or_default().push(sender);
        Ok(MessageStream::new(receiver))
    }

    async fn unsubscribe(&self, channel: String) -> Result<(), RedisError> {
        if let Some(mut redis) = self.redis.clone() {
            redis.unsubscribe(channel).await?;
        }
        Ok(())
    }

    async fn num_serv(&self, channel: &str) -> Result<u16, RedisError> {
        let Some(mut redis) = self.redis.clone() else {
            let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
            let listeners = channels.get(channel).map_or(0, Vec::len);
            return Ok(u16::try_from(listeners).unwrap_or(u16::MAX));
        };
        let (_, count): (String, u16) = redis::cmd("PUBSUB")
            .arg("NUMSUB")
            .arg(channel)
            .query_async(&mut redis)
            .await?;
        Ok(count)
    }
}
