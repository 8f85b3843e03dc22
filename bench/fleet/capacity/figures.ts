/** Measured figures that the model and the simulation start from. Times are of one core of the machine that they were measured on. */
export interface Figures {
  /** The machine, the commit and the day. */
  environment: Record<string, string | number | null>;
  client: {
    /** CPU of the host's thread for a request: encoding, the promise, the result. */
    requestUs: number;
    /** CPU of the host's thread for a message and its reply, besides the requests in it. */
    messageUs: number;
  };
  node: {
    /** CPU of the node's main thread for a request: decoding, `score()`, encoding. */
    requestUs: number;
    /** CPU of the node's main thread for a message and its reply, besides the requests in it. */
    messageUs: number;
    /** Time of a batch in a worker: batchUs + rowUs · rows. */
    batchUs: number;
    rowUs: number;
  };
  server: {
    /** CPU of nats-server for a message that one subscriber gets, besides its bytes. */
    messageUs: number;
    /** CPU of nats-server for each kilobyte of it. */
    kilobyteUs: number;
  };
  jetStream: {
    /** Messages a second that one stream took from pipelined publishers, file storage, one replica. */
    publishedPerSecond: number;
    /** CPU of nats-server for a message that is published, delivered and acknowledged. */
    messageUs: number;
  };
  wire: {
    /** Bytes of a request in a message. */
    requestBytes: number;
    /** Bytes of a result in a reply. */
    resultBytes: number;
    /** Bytes of a message or reply besides its rows. */
    messageBytes: number;
  };
}
