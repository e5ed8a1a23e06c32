// The package face: everything a team needs to put its own logic under test. The only barrel.
export {};
