import type { SeedBranch } from './seed-branch.ts';

export const babyCare: SeedBranch = {
  code: 'BAB',
  name: 'Baby Care',
  shelves: [
    {
      name: 'Diapers & Wipes',
      goods: [
        [
          'Diaper Pants Medium',
          'Nanhi Duniya',
          '34 pc',
          449,
          379,
          40,
          'bestseller baby',
          'Soft pants for 7 to 12 kg with a wetness line.',
        ],
        ['Diaper Pants Large', 'Nanhi Duniya', '30 pc', 449, 379, 36, 'baby', 'For 9 to 14 kg, dry through the night.'],
        ['Baby Wipes', 'Nanhi Duniya', '72 pc', 150, 119, 64, 'baby', 'Unscented wipes with 98% water.'],
      ],
    },
    {
      name: 'Baby Food & Bath',
      goods: [
        [
          'Rice Moong Cereal',
          'Nanhi Duniya',
          '200 g',
          185,
          165,
          30,
          'baby veg',
          'First cereal from six months, without added sugar.',
        ],
        [
          'Banana Ragi Porridge',
          'Nanhi Duniya',
          '200 g',
          210,
          185,
          24,
          'baby veg millet',
          'Sprouted ragi with freeze-dried banana.',
        ],
        ['Baby Massage Oil', 'Nanhi Duniya', '200 ml', 220, 189, 28, 'baby', 'Coconut and almond oil, cold pressed.'],
        [
          'Baby Shampoo Tear Free',
          'Nanhi Duniya',
          '200 ml',
          195,
          169,
          25,
          'baby',
          'Mild wash that does not sting the eyes.',
        ],
        ['Baby Soap', 'Nanhi Duniya', '75 g', 60, 52, 46, 'baby', 'Made with milk cream for delicate skin.'],
      ],
    },
  ],
};
