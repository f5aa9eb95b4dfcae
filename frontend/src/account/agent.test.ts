import { describe, expect, it } from 'vitest';
import { describeAgent } from './agent';

describe('a device', () => {
  it('is named by its browser and system', () => {
    const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';
    expect(describeAgent(chrome)).toBe('Chrome on Windows');
    expect(describeAgent(`${chrome} Edg/140.0`)).toBe('Edge on Windows');
    expect(describeAgent('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1')).toBe('Safari on iOS');
  });

  it('keeps the name of what is no browser', () => {
    expect(describeAgent('curl/8.9')).toBe('curl/8.9');
    expect(describeAgent(null)).toBe('Unknown device');
  });
});
