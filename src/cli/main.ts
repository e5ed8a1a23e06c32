// Placeholder until the commands are in place.
process.stdout.write("faultline: no commands yet\n");

export {};
