// PM2: npx pm2 start ecosystem.config.cjs
module.exports = {
  apps: [
    {
      name: 'fraud-scoring',
      script: 'server.mjs',
      // One process with a worker for each CPU. More processes would load the model again and have smaller batches.
      instances: 1,
      exec_mode: 'fork',
      // PM2 sends SIGINT, and kills what has not ended by then.
      kill_timeout: 15_000,
      env: { NODE_ENV: 'production', PORT: process.env.PORT ?? '3000' },
    },
  ],
};
