//! A table that answers what our store asks of DynamoDB, from memory, and each request at the cost of its answer: for
//! measurements with more rows than an emulator can look through.
//!
//! It knows the requests and conditions that the store makes, and refuses every other; the store's own suite says that it keeps
//! what DynamoDB promises of them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::ops::Bound::{Excluded, Included};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The table. Dropping it closes it.
#[derive(Debug)]
pub struct QuickTable {
    origin: String,
    rows_read: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

/// Rows by partition key and sort key, as DynamoDB's JSON has them.
type Rows = BTreeMap<String, BTreeMap<String, Map<String, Value>>>;

/// What a request is refused with.
struct Refused(&'static str, Value);

impl QuickTable {
    /// An empty table on a free loopback port. Every table's name is its.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let rows: Arc<Mutex<Rows>> = Arc::default();
        let rows_read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&rows_read);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (rows, counted) = (Arc::clone(&rows), Arc::clone(&counted));
                tokio::spawn(async move {
                    let service = service_fn(|request| answer(&rows, &counted, request));
                    // An error here is a client that went away: nobody to tell.
                    let _ended = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Self {
            origin,
            rows_read,
            accepting,
        })
    }

    /// Where it is, as an endpoint of DynamoDB.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many rows it has answered with so far.
    #[must_use]
    pub fn rows_read(&self) -> usize {
        self.rows_read.load(Ordering::Relaxed)
    }
}

impl Drop for QuickTable {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn answer(
    rows: &Mutex<Rows>,
    rows_read: &AtomicUsize,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let target = request.headers().get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let body = request.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, body) = match act(&mut rows, &operation, &body) {
        Ok(body) => {
            let of_query = body["Items"].as_array().map_or(0, Vec::len);
            let read = of_query + usize::from(body.get("Item").is_some());
            rows_read.fetch_add(read, Ordering::Relaxed);
            (StatusCode::OK, body)
        }
        Err(Refused(kind, mut body)) => {
            body["__type"] = format!("com.amazonaws.dynamodb.v20120810#{kind}").into();
            (StatusCode::BAD_REQUEST, body)
        }
    };
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = status;
    Ok(response)
}

fn act(rows: &mut Rows, operation: &str, body: &Value) -> Result<Value, Refused> {
    match operation {
        "GetItem" => {
            let (pk, sk) = key(&body["Key"])?;
            let found = rows.get(pk).and_then(|partition| partition.get(sk));
            Ok(found.map_or_else(|| json!({}), |row| json!({ "Item": row })))
        }
        "Query" => query(rows, body),
        "TransactWriteItems" => transact(rows, body),
        _ => Err(unknown("operation")),
    }
}

/// One partition's rows between two sort keys, in order.
fn query(rows: &Rows, body: &Value) -> Result<Value, Refused> {
    if body["KeyConditionExpression"] != "pk = :pk AND sk BETWEEN :first AND :last" {
        return Err(unknown("key condition"));
    }
    let value = |name: &str| {
        let text = body["ExpressionAttributeValues"][name]["S"].as_str();
        text.ok_or_else(|| unknown("value"))
    };
    let (pk, first, last) = (value(":pk")?, value(":first")?, value(":last")?);
    let start = body["ExclusiveStartKey"]["sk"]["S"].as_str();
    if first > last || start.is_some_and(|start| start >= last) {
        return Ok(json!({ "Items": [], "Count": 0, "ScannedCount": 0 }));
    }
    let from = start.map_or(Included(first), Excluded);
    let limit = body["Limit"]
        .as_u64()
        .and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(usize::MAX);
    let partition = rows.get(pk);
    let range = partition.map(|partition| partition.range::<str, _>((from, Included(last))));
    let items: Vec<&Map<String, Value>> = range
        .into_iter()
        .flatten()
        .take(limit)
        .map(|(_, row)| row)
        .collect();
    let mut answer = json!({ "Items": items, "Count": items.len(), "ScannedCount": items.len() });
    if let Some(row) = items.last().filter(|_| items.len() == limit) {
        answer["LastEvaluatedKey"] = json!({ "pk": row["pk"], "sk": row["sk"] });
    }
    Ok(answer)
}

/// All or nothing.
fn transact(rows: &mut Rows, body: &Value) -> Result<Value, Refused> {
    let items = body["TransactItems"]
        .as_array()
        .ok_or_else(|| unknown("transaction"))?;
    let mut reasons = Vec::new();
    for item in items {
        let (_, part) = part(item)?;
        let (pk, sk) = key(part.get("Key").unwrap_or(&part["Item"]))?;
        let row = rows.get(pk).and_then(|partition| partition.get(sk));
        reasons.push(holds(part, row)?);
    }
    if reasons.contains(&false) {
        let reason = |holds: &bool| json!({ "Code": if *holds { "None" } else { "ConditionalCheckFailed" } });
        let reasons: Vec<Value> = reasons.iter().map(reason).collect();
        let body = json!({ "Message": "Transaction cancelled", "CancellationReasons": reasons });
        return Err(Refused("TransactionCanceledException", body));
    }
    for item in items {
        let (kind, part) = part(item)?;
        let (pk, sk) = key(part.get("Key").unwrap_or(&part["Item"]))?;
        let partition = rows.entry(pk.to_owned()).or_default();
        match kind {
            "Put" => {
                let row = part["Item"].as_object().cloned().unwrap_or_default();
                partition.insert(sk.to_owned(), row);
            }
            "Delete" => drop(partition.remove(sk)),
            "Update" => {
                if part["UpdateExpression"] != "SET #set = :set" {
                    return Err(unknown("update"));
                }
                let row = partition.entry(sk.to_owned()).or_default();
                row.extend(part["Key"].as_object().cloned().unwrap_or_default());
                let name = part["ExpressionAttributeNames"]["#set"]
                    .as_str()
                    .unwrap_or_default();
                row.insert(name.to_owned(), part["ExpressionAttributeValues"][":set"].clone());
            }
            _ => {}
        }
    }
    Ok(json!({}))
}

fn part(item: &Value) -> Result<(&str, &Value), Refused> {
    let mut parts = item.as_object().into_iter().flatten();
    let (kind, part) = parts.next().ok_or_else(|| unknown("part"))?;
    Ok((kind, part))
}

fn holds(part: &Value, row: Option<&Map<String, Value>>) -> Result<bool, Refused> {
    let name = part["ExpressionAttributeNames"]["#attribute"]
        .as_str()
        .unwrap_or_default();
    let value = &part["ExpressionAttributeValues"][":value"];
    let found = row.and_then(|row| row.get(name));
    let number = |value: &Value| value["N"].as_str().and_then(|text| text.parse::<i128>().ok());
    Ok(match part["ConditionExpression"].as_str() {
        None => true,
        Some("attribute_not_exists(#attribute)") => found.is_none(),
        Some("#attribute = :value") => found.is_some_and(|found| match (number(found), number(value)) {
            (Some(found), Some(value)) => found == value,
            _ => found == value,
        }),
        Some("attribute_not_exists(pk) OR #attribute <= :value") => {
            let at_most = found.and_then(number).zip(number(value));
            row.is_none() || at_most.is_some_and(|(found, most)| found <= most)
        }
        Some(_) => return Err(unknown("condition")),
    })
}

fn key(key: &Value) -> Result<(&str, &str), Refused> {
    let text = |name: &str| key[name]["S"].as_str().filter(|text| !text.is_empty());
    text("pk").zip(text("sk")).ok_or_else(|| unknown("key"))
}

fn unknown(what: &str) -> Refused {
    Refused(
        "ValidationException",
        json!({ "message": format!("unknown {what}") }),
    )
}
