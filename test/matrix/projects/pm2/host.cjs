// As `npx pm2-runtime start ecosystem.config.cjs` does.
process.env.PM2_HOME = `${__dirname}/.pm2`;
process.argv.push('start', 'ecosystem.config.cjs');
require('pm2/bin/pm2-runtime');
