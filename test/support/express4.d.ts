/** Express 4, beside Express 5. What the tests use of it is the same. */
declare module 'express4' {
  import express = require('express');

  export = express;
}
