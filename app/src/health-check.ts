// What a container asks of itself: exit code 0 while this process is ready to take requests.
const answer = await fetch(`http://127.0.0.1:${process.env['PORT'] ?? '4000'}/health/ready`).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
