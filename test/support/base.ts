import { existsSync } from "node:fs";
import { tmpdir } from "node:os";

/** Where tests make their folders: in memory where the system has such a place, or most commits would wait for the disk. */
export const BASE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
